"""Where a walk leads: kept under an unguessable token, shown to whoever has it, carried into a filing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.guidance import carrying, definition, engine, tables, walking
from tongban.guidance.models import Outcome
from tongban.guidance.walks import Given, Walk, given
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, DomainError, NotFound
from tongban.licences import service as licences
from tongban.resources import service as resources

KEPT_DAYS = 180
TOKEN = 43


@dataclass(frozen=True, slots=True)
class NeededMaterial:
    """A material that applies; ``struck`` says why whoever looks need not bring it."""

    material: items.MaterialDetail
    struck: str = ""
    by: str = ""  # "licence" | "data"


@dataclass(frozen=True, slots=True)
class Carried:
    """An answer that goes into the form, in words."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What the outcome page shows. ``days`` are working days, ``outdated`` says why it is past its use."""

    token: str
    item: items.VersionDetail
    table_number: int
    given: tuple[Given, ...]
    materials: tuple[NeededMaterial, ...]
    unneeded: tuple[items.MaterialDetail, ...]
    fee_fen: int
    days: int | None
    place: str
    hours: str
    note: str
    pages: tuple[str, ...]
    carried: tuple[Carried, ...]
    kept_until: date
    outdated: str
    stopped: bool  # by these answers nobody can file yet; ``note`` says why

    @property
    def may_file(self) -> bool:
        return self.item.fileable and not self.outdated and not self.stopped

    @property
    def to_bring(self) -> int:
        """How many materials whoever looks still has to get ready."""
        return sum(1 for m in self.materials if not m.struck)


def finish(walk: Walk) -> str:
    """Decide by the DMN engine and keep the outcome. Returns its token.

    Raises:
        Conflict: questions are still open, or no rule applies.
    """
    if walk.question is not None:
        raise Conflict(_("还有问题没有回答"), code="not_answered")
    full = walking.completed(walk.meant, walk.answers)
    rule = engine.decide(walk.table.definition, full)
    if rule is None:
        raise Conflict(_("没有适用于您情况的规则，请到窗口咨询或者拨打 12345"), code="guidance_gap")
    found = walk.meant.rules[rule]
    detail = walk.item
    fields = carrying.form_answers(walk.meant, rule, walk.answers, detail.schema.get("properties") or {})
    days = detail.promised_days if detail.promised_days is not None else detail.statutory_days
    result = {
        "rule": rule,
        "materials": list(found.materials),
        "fee_fen": detail.fee_total_fen if found.fee_fen is None else found.fee_fen,
        "days": days if found.days is None else found.days,
        "place": found.place or detail.address,
        "hours": "" if found.place else detail.hours,  # those of another place are not known
        "note": found.note,
        "stop": found.stop,
        "fields": fields,
    }
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Outcome.objects.create(
            token=token,
            table=walk.table,
            item_version_id=detail.id,
            answers=[[key, value] for key, value in walk.answers.items()],
            result=result,
            expires_on=timezone.localdate() + timedelta(days=KEPT_DAYS),
        )
    return token


def _kept(token: str) -> Outcome:
    found = None
    if len(token) <= TOKEN and token.isascii() and "\x00" not in token:
        found = Outcome.objects.select_related("table").filter(token=token).first()
    if found is None or found.expires_on < timezone.localdate():
        raise NotFound(_("没有这份办事清单，它可能已经过期，请重新回答几个问题"))
    return found


def outcome(actor: Actor, token: str) -> OutcomeView:
    """The outcome as whoever looks sees it; what he holds already is struck out, and each look is logged.

    Raises:
        NotFound: unknown or expired token.
    """
    row = _kept(token)
    detail = items.version(row.item_version_id)
    meant = definition.read(row.table.definition)
    needed = set(row.result["materials"])
    outdated = _outdated(row, detail)
    struck = {} if outdated else _struck(actor, meant, detail, needed)
    plain = [m for m in detail.materials if m.key in needed]
    return OutcomeView(
        token=row.token,
        item=detail,
        table_number=row.table.number,
        given=given(meant, dict(row.answers)),
        materials=tuple(NeededMaterial(m, *struck.get(m.key, ("", ""))) for m in plain),
        unneeded=tuple(m for m in detail.materials if m.key not in needed),
        fee_fen=row.result["fee_fen"],
        days=row.result["days"],
        place=row.result["place"],
        hours=row.result["hours"],
        note=row.result["note"],
        pages=tuple(str(page.get("title", "")) for page in detail.layout),
        carried=_in_words(detail, row.result["fields"]),
        kept_until=row.expires_on,
        outdated=outdated,
        stopped=row.result["stop"],
    )


def _in_words(detail: items.VersionDetail, fields: Mapping[str, Any]) -> tuple[Carried, ...]:
    properties = detail.schema.get("properties") or {}
    made = []
    ordered = [name for page in detail.layout for name in page["fields"] if name in fields]
    for name in ordered:
        value = fields[name]
        prop = properties.get(name, {})
        source = prop.get("items", prop) if prop.get("type") == "array" else prop
        labels = prop.get("x-labels") or source.get("x-labels") or {}
        parts = value if isinstance(value, list) else [value]
        made.append(
            Carried(str(prop.get("title", name)), "、".join(str(labels.get(str(v), v)) for v in parts))
        )
    return tuple(made)


def _outdated(row: Outcome, detail: items.VersionDetail) -> str:
    try:
        table, current = tables.usable(detail.code)
    except DomainError as error:
        return str(error.message)
    if current.id != row.item_version_id:
        return _("办事指南已经更新，这份清单只供参考，请重新回答")
    if table.id != row.table_id:
        return _("办事引导已经更新，这份清单只供参考，请重新回答")
    return ""


def _struck(
    actor: Actor, meant: definition.Definition, detail: items.VersionDetail, needed: set[str]
) -> dict[str, tuple[str, str]]:
    """Why a material need not be brought: a licence in force, or what a department already shares."""
    if actor.kind != "resident" or actor.subject_id is None:
        return {}
    found: dict[str, tuple[str, str]] = {}
    purpose = _("查看“%(name)s”的办事清单") % {"name": detail.name}
    types = sorted({slug for m in detail.materials if m.key in needed for slug in m.licence_types})
    held = licences.meeting(actor, actor.subject_id, types, purpose=purpose, case_id=None) if types else []
    for material in detail.materials:
        one = next((x for x in held if x.type.slug in material.licence_types), None)
        if material.key in needed and one:
            words = _("您有电子证照《%(name)s》，直接选用，不用交") % {"name": one.type.name}
            found[material.key] = (words, "licence")
    asked = [s for s in meant.shared if s.material in needed and s.material not in found]
    if asked:
        elements = sorted({s.element for s in asked})
        known = resources.prefill(actor, actor.subject_id, elements, purpose=purpose, case_id=None)
        for one_shared in asked:
            value = known.get(one_shared.element)
            if value is None or value.stale or not value.from_source or value.value in (None, "", []):
                continue
            if one_shared.values and str(value.value) not in one_shared.values:
                continue
            words = _("%(source)s已有您的“%(label)s”，系统自动核对，不用交")
            found[one_shared.material] = (words % {"source": value.source_name, "label": value.label}, "data")
    return found


def carried(actor: Actor, token: str) -> tuple[items.VersionDetail, dict[str, Any]]:
    """What a filing takes over: the version, and the mapping for ``cases.start_draft(guided=…)``.

    Raises:
        Conflict: the guide or the table has moved on since.
    """
    view, row = outcome(actor, token), _kept(token)
    if view.outdated:
        raise Conflict(view.outdated, code="guidance_outdated")
    if view.stopped:
        raise Conflict(view.note, code="guidance_stopped")
    waived = {m.key: _("按您的回答，这次不需要这份材料") for m in view.unneeded}
    waived |= {m.material.key: m.struck for m in view.materials if m.by == "data"}
    about = {
        "table": view.table_number,
        "at": timezone.now().isoformat(timespec="seconds"),
        "answers": [[g.text, g.answer] for g in view.given],
        "materials": [m.material.name for m in view.materials],
        "note": view.note,
    }
    return view.item, {"answers": dict(row.result["fields"]), "waived": waived, "about": about}


def paper(view: OutcomeView, address: str = "") -> dict[str, Any]:
    """The outcome as data of the document template ``guidance``; ``address`` is its link."""
    lines = [
        {"name": m.material.name, "note": m.struck or m.material.filling, "struck": bool(m.struck)}
        for m in view.materials
    ]
    return {
        "item": view.item.name,
        "department": view.item.department_name,
        "date": timezone.localdate(),
        "answers": [{"label": g.text, "value": g.answer} for g in view.given],
        "materials": lines,
        "fee": _("不收费") if view.fee_fen == 0 else _("%(yuan)s 元") % {"yuan": f"{view.fee_fen / 100:.2f}"},
        "limit": _limit(view),
        "place": view.place,
        "hours": view.hours,
        "enquiry": view.item.enquiry,
        "form": "、".join(view.pages),
        "note": view.note,
        "kept_until": view.kept_until,
        "check_url": address,
    }


def _limit(view: OutcomeView) -> str:
    if view.days is None:
        return _("以受理通知书为准")
    return _("受理后 %(n)s 个工作日内") % {"n": view.days} if view.days else _("当场办结")


def forget_expired() -> int:
    """Delete the outcomes that nobody can open any more; returns how many."""
    return Outcome.objects.filter(expires_on__lt=timezone.localdate()).delete()[0]
