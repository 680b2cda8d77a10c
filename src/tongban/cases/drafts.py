"""Drafts: started once, prefilled once, saved at every step, taken up again on any device."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.types.json import Jsonb

from tongban.cases import access, clocking, forming
from tongban.cases.models import Case, CaseMaterial, Supplement
from tongban.cases.rules import Act
from tongban.cases.shapes import FormView
from tongban.cases.states import Means, State
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid
from tongban.kit.ids import uuid7
from tongban.resources import service as resources
from tongban.trace import service as trace

_STARTED: kept.Kept[Case] = kept.Kept(
    lambda: Case.objects.filter(draft_key=kept.Param("key"), account_id=kept.Param("account"))
)
# One conditional update: whoever saved in between wins, and is not overwritten.
SAVE = """UPDATE cases_case SET answers = %s, revision = %s, page = %s, saved_at = %s
          WHERE id = %s AND state = %s AND revision = %s"""
KIND_WORDS = {"person": gettext_lazy("个人"), "legal": gettext_lazy("企业、个体工商户等组织")}


def start_draft(
    actor: Actor,
    version_id: UUID,
    *,
    key: str | None = None,
    part_of: UUID | None = None,
    guided: Mapping[str, Any] | None = None,
) -> Case:
    """A new draft on this item version, prefilled with what the departments already hold.

    ``key`` makes the start idempotent: the same key of the same account gives the same draft. With
    ``part_of`` only whoever names it again may submit, renew or discard the draft. ``guided`` is what
    the applicant was told before: ``answers`` for the form, ``waived`` materials with the reason each,
    and ``about`` for the clerk (``answers`` as pairs of question and answer, ``materials``, ``note``).

    Raises:
        Forbidden: nobody stands behind the actor, or the item is not for this kind of applicant.
        Conflict: the item is suspended, cancelled, or this version is no longer in force.
    """
    if actor.kind != "resident" or actor.subject_id is None or actor.account_id is None:
        raise Forbidden(_("请先登录并完成实名认证，再办理事项"))
    kept_key = f"{actor.account_id.hex[-12:]}:{key}"[:64] if key else None
    if kept_key and (found := _STARTED.first(key=kept_key, account=actor.account_id)):
        return found
    detail = items.current(version_id)
    if detail.department_id is None or not detail.schema:
        raise Conflict(_("“%(name)s”还不能在网上办理") % {"name": detail.name}, code="not_online")
    subject = identity.subject(actor.subject_id)
    if detail.applicant not in ("either", subject.kind):
        words = {"name": detail.name, "kind": KIND_WORDS[detail.applicant]}
        raise Forbidden(_("“%(name)s”只能由%(kind)s申请") % words, code="wrong_applicant")
    case = Case(
        id=uuid7(),
        item_id=detail.item_id,
        version_id=detail.id,
        item_name=detail.name,
        applicant_id=subject.id,
        applicant_name=subject.name,
        account_id=actor.account_id,
        department_id=detail.department_id,
        division=detail.division,
        draft_key=kept_key,
        part_of=part_of,
        saved_at=clocking.now(),
    )
    try:
        with transaction.atomic():
            fill(actor, case, detail, subject.kind)
            about: dict[str, Any] = {"item": detail.code, "version": detail.number}
            if guided is not None:
                _guide(case, detail, guided)
                about |= {"guidance": case.guidance, "waived": case.waived}
            kept.insert(case)
            trace.append(actor, case.id, "case.started", about, new=True)
    except IntegrityError:
        if kept_key is None:
            raise
        return Case.objects.get(draft_key=kept_key)  # the same start, a moment ago, on another connection
    return case


def fill(actor: Actor, case: Case, detail: items.VersionDetail, kind: str) -> None:
    """Read what may be prefilled, for this case and purpose, and keep value and provenance with the draft."""
    wanted = {
        name: prop["x-element"]
        for name, prop in forming.properties(detail).items()
        if str(prop.get("x-element", "")).startswith(f"{kind}.")
    }
    if not wanted:
        return
    purpose = _("办理“%(name)s”") % {"name": detail.name}
    known = resources.prefill(
        actor, case.applicant_id, sorted(set(wanted.values())), purpose=purpose, case_id=case.id
    )
    for name, element in wanted.items():
        value = known.get(element)
        if value is None or forming.is_empty(value.value):
            continue
        case.answers[name] = value.value
        case.prefilled[name] = {
            "element": element,
            "value": value.value,
            "display": value.display,
            "source": value.source_name,
            "as_of": value.as_of.isoformat() if value.as_of else None,
            "confirmers": [str(c) for c in value.confirmers],
            "stale": value.stale,
            "from_source": value.from_source,
        }


def _guide(case: Case, detail: items.VersionDetail, guided: Mapping[str, Any]) -> None:
    """Take over what guidance said: answers the form takes and nobody answers for, and waived materials."""
    props, keys = forming.properties(detail), {m.key for m in detail.materials}
    given = {
        name: value
        for name, value in (guided.get("answers") or {}).items()
        if name in props and not forming.locked(case, props[name], name)
    }
    wrong = {p.field for p in items.validate_answers(detail, {**case.answers, **given}, partial=True)}
    case.answers = {**case.answers, **{n: v for n, v in given.items() if n not in wrong}}
    case.waived = {k: str(v)[:300] for k, v in (guided.get("waived") or {}).items() if k in keys}
    case.guidance = dict(guided.get("about") or {})


def checked(case: Case, detail: items.VersionDetail, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The new answers laid over the kept ones; refuses fields the form does not have or that are locked."""
    props = forming.properties(detail)
    problems = []
    for name, value in answers.items():
        if name not in props:
            message = _("表单中没有“%(name)s”这一项") % {"name": name}
            problems.append(FieldProblem(name, "unknown", message))
        elif forming.locked(case, props[name], name) and value != case.prefilled[name]["value"]:
            values = {"label": props[name].get("title", name), "source": case.prefilled[name]["source"]}
            message = _("“%(label)s”由%(source)s提供，不能修改；如有错误，请向该部门申请核查") % values
            problems.append(FieldProblem(name, "locked", message))
    if problems:
        raise Invalid(*problems)
    return {**case.answers, **answers}


def save_draft(
    actor: Actor,
    case_id: UUID,
    answers: Mapping[str, Any],
    *,
    page: str | None = None,
    revision: int | None = None,
) -> Case:
    """Keep these answers in the draft.

    With ``page`` the whole page must be right (required fields too); without it only what was given
    is checked, so that one may stop anywhere. ``revision`` is that of the form the answers were typed
    into: when another device has saved since, the answer is a Conflict and nothing is overwritten.

    Raises:
        Invalid: named fields break named rules; nothing was saved.
        Conflict: saved elsewhere since, or already submitted.
    """
    case = access.own_case(actor, case_id)
    access.require(Act.SAVE, case)
    if revision is not None and revision != case.revision:
        raise _moved_on()
    detail = items.version(case.version_id)
    merged = checked(case, detail, answers)
    fields = forming.page_fields(detail, page) if page else None
    if fields is None:
        fields = set(answers)
    problems = items.validate_answers(detail, merged, partial=page is None)
    if mine := [p for p in problems if p.field in fields]:
        raise Invalid(*mine)
    moment = clocking.now()
    new = [Jsonb(merged), case.revision + 1, page or case.page, moment]
    if kept.execute(SAVE, [*new, case.pk, State.DRAFT, case.revision]).rowcount != 1:
        raise _moved_on()
    case.answers, case.revision, case.page, case.saved_at = (
        merged,
        case.revision + 1,
        page or case.page,
        moment,
    )
    return case


def _moved_on() -> Conflict:
    words = _(
        "这份申请刚刚在另一台设备上保存过。请刷新页面查看最新内容后再修改，您本次填写的内容没有覆盖它。"
    )
    return Conflict(words, code="draft_moved_on")


def discard_draft(actor: Actor, case_id: UUID, *, part_of: UUID | None = None) -> None:
    """Throw a draft away; its trace keeps that there was one, not what was in it."""
    with transaction.atomic():
        case = access.own_case(actor, case_id, lock=True)
        access.require(Act.SAVE, case)
        access.require_whole(case, part_of)
        trace.append(actor, case.id, "case.discarded", {})
        case.delete()


def refile(actor: Actor, case_id: UUID, *, part_of: UUID | None = None) -> Case:
    """The way out when the item has moved on: a new draft on the version in force, answers carried over.

    What the new form still asks and what is still right comes along, uploads of materials it still has
    too; the old draft goes. Called twice, it answers with the same new draft.
    """
    with transaction.atomic():
        old = access.own_case(actor, case_id, lock=True)
        access.require(Act.SAVE, old)
        access.require_whole(old, part_of)
        detail = items.published(old.item_id)
        if detail.id == old.version_id:
            items.current(detail.id)
            return old
        new = start_draft(actor, detail.id, key=f"refile:{old.id.hex}", part_of=old.part_of)
        _carry(old, new, detail)
        trace.append(actor, old.id, "case.refiled", {"as": str(new.id)})
        old.delete()
        return new


def _carry(old: Case, new: Case, detail: items.VersionDetail) -> None:
    props = forming.properties(detail)
    carried = {n: v for n, v in old.answers.items() if n in props and not forming.locked(new, props[n], n)}
    merged = {**new.answers, **carried}
    wrong = {p.field for p in items.validate_answers(detail, merged, partial=True)}
    new.answers = {n: v for n, v in merged.items() if n not in wrong or n in new.prefilled}
    new.save(update_fields=["answers"])
    keys = {m.key for m in detail.materials}
    for row in old.materials.filter(means=Means.UPLOAD, key__in=keys):
        CaseMaterial.objects.create(
            case=new, key=row.key, means=row.means, file_id=row.file_id, name=row.name
        )


def form_view(actor: Actor, case_id: UUID) -> FormView:
    """The form with what is in it, where that came from, and what a supplement asks for."""
    case = access.own_case(actor, case_id, related=("department",))
    detail = items.version(case.version_id)
    supplement = Supplement.objects.filter(case=case).first() if case.state != State.DRAFT else None
    problems = items.validate_answers(detail, case.answers, partial=True)
    open_supplement = supplement is not None and case.state == State.SUPPLEMENT_ASKED
    return FormView(
        case=case,
        revision=case.revision,
        pages=forming.pages(
            case, detail, problems, supplement.fields if open_supplement and supplement else ()
        ),
        problems=tuple(problems),
        editable=case.state == State.DRAFT or open_supplement,
    )
