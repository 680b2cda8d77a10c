"""What the documents tell people to type exists: settings, make's targets, the operators' commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tongban.ops.cli import RoomGroup, commands

ROOT = Path(__file__).resolve().parents[4]
VARIABLE = re.compile(r"TONGBAN_[A-Z_]*[A-Z]")
READ = re.compile(
    r"""(?:environ\.get|environ|env\.get|getenv|env_flag|setdefault)[\[(]\s*["'](TONGBAN_[A-Z_]+)["']"""
)
# Between the platform's own processes; nobody sets them.
INTERNAL = {"TONGBAN_EMBEDDED", "TONGBAN_ROLE"}
# In tables a family is written with an ellipsis or a star, and WeChat's guide has one for itself.
FAMILIES = ("TONGBAN_SMTP_",)


def documents() -> list[Path]:
    return [*ROOT.glob("README*.md"), ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]


def read_by_programs() -> set[str]:
    """The variables that some program of ours reads."""
    found: set[str] = set()
    for folder in ("src", "tools", "bench"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(READ.findall(path.read_text(encoding="utf-8")))
    for path in (ROOT / "tools").glob("*.sh"):
        found |= set(VARIABLE.findall(path.read_text(encoding="utf-8")))
    return found - INTERNAL


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    told = {name for path in documents() for name in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    read = read_by_programs()
    assert len(read) > 30
    assert {name for name in read - told if not name.startswith(FAMILIES)} == set()
    assert {name for name in told - read if not any(name in family for family in FAMILIES)} == set()


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_target_of_make_that_is_named_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_command_of_the_operators_that_is_named_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for words in re.findall(r"`(?:\.venv/bin/)?tongban ([a-z][a-z -]*)", text):
        assert missing(words.split()) is None, f"{path.name}: tongban {words}"


def inside(group: click.Group, name: str) -> click.Command | None:
    """A command of a group; a room's are looked up without starting a database for them."""
    here = group._commands() if isinstance(group, RoomGroup) else group
    return here.get_command(click.Context(here), name)


def missing(words: list[str]) -> str | None:
    """The first word that is no command where it stands, or None."""
    group: click.Command = commands
    for word in words:
        if not isinstance(group, click.Group) or word.startswith("-"):
            return None  # what follows a command are its own arguments
        found = inside(group, word)
        if found is None:
            return word
        group = found
    return None


def leaves(group: click.Group, path: str = "tongban") -> Iterator[tuple[str, click.Command]]:
    """Every command of the operators' command line with the words that lead to it."""
    here = group._commands() if isinstance(group, RoomGroup) else group
    for name in here.list_commands(click.Context(here)):
        found = inside(group, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from leaves(found, f"{path} {name}")
        else:
            yield f"{path} {name}", found


def test_every_command_of_the_operators_takes_json_and_says_what_it_does() -> None:
    found = dict(leaves(commands))
    known = {"tongban up", "tongban items import", "tongban trace verify", "tongban licences verify"}
    assert known <= set(found)
    silent = {path for path, command in found.items() if not any("--json" in p.opts for p in command.params)}
    assert silent == {"tongban db shell"}  # that is psql itself
    assert [path for path, command in found.items() if not command.help] == []
