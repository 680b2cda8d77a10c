"""Interface strings: extraction, checks and compilation without GNU gettext.

Message ids are Chinese, the source language; catalogues hold the other languages.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import template as templates

SOURCE = Path(__file__).resolve().parents[1]
LOCALES = SOURCE / "locale"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
FIELD = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
CALL = re.compile(r"gettext\(|_\(")
Found = tuple[str, int, Any, Any]


def _sources() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*")):
        parts = path.relative_to(SOURCE).parts
        source = path.suffix in (".py", ".html") or (path.suffix == ".txt" and "templates" in parts)
        if source and not {"tests", "migrations", "static"} & set(parts):
            yield path


def _extract(path: Path) -> Iterator[tuple[int, str, Any, Any]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # The same rewriting Django's own makemessages uses: what remains is Python-like calls, each on
        # one line, between blotted text whose indentation means nothing.
        lines = templates.templatize(text, origin=str(path)).splitlines()
        text = "\n".join(line.strip() if CALL.search(line) else "" for line in lines)
    found: Any = extract_python(BytesIO(text.encode()), cast(Any, list(KEYWORDS)), [], {"encoding": "utf-8"})
    yield from found


def collect() -> Catalog:
    """Every string the interface shows, with the files it is in."""
    catalogue = Catalog(project="tongban", charset="utf-8", fuzzy=False)
    for path in _sources():
        where = path.relative_to(SOURCE.parents[1]).as_posix()
        for _, function, found, _ in _extract(path):
            message = _message(KEYWORDS.get(function), found)
            if message is None:
                continue
            identifier, context = message
            catalogue.add(identifier, context=context, locations=[(where, 0)])
    return catalogue


def _message(spec: Any, found: Any) -> tuple[Any, str | None] | None:
    """The message id (or the pair of singular and plural) and the context of one call."""
    values = found if isinstance(found, tuple) else (found,)
    context, wanted = None, []
    for position in spec or (1,):
        index = position[0] if isinstance(position, tuple) else position
        if index > len(values) or not isinstance(values[index - 1], str):
            return None
        if isinstance(position, tuple):
            context = values[index - 1]
        else:
            wanted.append(values[index - 1])
    if not wanted or not wanted[0]:
        return None
    return (tuple(wanted) if len(wanted) > 1 else wanted[0]), context


def _catalogues() -> dict[str, Path]:
    found = {p.parent.parent.name: p for p in LOCALES.glob("*/LC_MESSAGES/django.po")}
    return found or {"en": LOCALES / "en" / "LC_MESSAGES" / "django.po"}


def _read(language: str, path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> dict[str, Any]:
    """Merge the strings found into every catalogue, dropping what is no longer used."""
    found = collect()
    for language, path in _catalogues().items():
        catalogue = _read(language, path)
        catalogue.update(found, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_by_file=True, omit_header=False, include_lineno=False)
    return check()


def check() -> dict[str, Any]:
    """What is missing, untranslated, obsolete, or whose fields differ from the source string's."""
    found = {(m.id, m.context): m for m in collect() if m.id}
    report: dict[str, Any] = {"strings": len(found)}
    report |= {kind: [] for kind in ("missing", "untranslated", "obsolete", "broken")}
    for language, path in _catalogues().items():
        kept = {(m.id, m.context): m for m in _read(language, path) if m.id}
        report["missing"] += [_label(language, key) for key in found if key not in kept]
        report["obsolete"] += [_label(language, key) for key in kept if key not in found]
        for key, message in kept.items():
            strings = _texts(message.string)
            if message.fuzzy or not all(strings):
                report["untranslated"].append(_label(language, key))
            elif any(_fields(s) - _fields(*_texts(key[0])) for s in strings):
                report["broken"].append(_label(language, key))
    return report


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value or "",)


def _fields(*texts: str) -> set[str]:
    return {a or b for text in texts for a, b in FIELD.findall(text)}


def _label(language: str, key: tuple[Any, str | None]) -> str:
    return f"{language} {_texts(key[0])[0]!r}" + (f" ({key[1]})" if key[1] else "")


def compile_all() -> list[Path]:
    """Compile every catalogue that is newer than its compiled form; what was written."""
    written = []
    for language, path in _catalogues().items():
        target = path.with_suffix(".mo")
        if not path.exists() or (target.exists() and target.stat().st_mtime >= path.stat().st_mtime):
            continue
        with target.open("wb") as file:
            write_mo(file, _read(language, path))
        written.append(target)
    return written
