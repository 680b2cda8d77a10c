"""Look at licences and use them. Every use is a row its holder can read."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.files import service as files
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.licences.models import Licence, LicenceUse
from tongban.licences.models.licence import Grade, Status
from tongban.licences.models.use import UseKind
from tongban.resources import service as resources

# C and D were brought by the holder and not yet compared with an original: they prove nothing.
_TRUSTED = (Grade.A, Grade.B)


def held(actor: Actor, subject_id: UUID, *, purpose: str = "", case_id: UUID | None = None) -> list[Licence]:
    """Every licence of a subject, newest first.

    The holder, and who acts for him, sees his own; staff must name purpose and case, and are logged.

    Raises:
        Forbidden: somebody else's, or staff without purpose and case.
    """
    _may_see(actor, subject_id, purpose, case_id)
    found = list(
        _all().filter(holder_id__in=resources.same_subjects(subject_id)).select_related("replaced_by")
    )
    if actor.is_staff:
        for licence in found:
            _log(licence, UseKind.VIEWED, actor, purpose, case_id)
    return found


def licence(actor: Actor, licence_id: UUID, *, purpose: str = "", case_id: UUID | None = None) -> Licence:
    """One licence the actor may see; NotFound for everybody else, so that ids tell nothing."""
    found = _all().filter(pk=licence_id).first()
    if found is None or not _sees(actor, found.holder_id, purpose, case_id):
        raise NotFound(_("没有这份证照。"))
    if actor.is_staff:
        _log(found, UseKind.VIEWED, actor, purpose, case_id)
    return found


def face(
    actor: Actor, licence_id: UUID, *, purpose: str = "", case_id: UUID | None = None
) -> files.StoredFile:
    """The sealed PDF, logged as a download. Raises Conflict while the worker still makes it."""
    found = licence(actor, licence_id, purpose=purpose, case_id=case_id)
    if found.file is None:
        raise Conflict(_("证照正在制作，请稍后再试。"), code="face_not_ready")
    _log(found, UseKind.DOWNLOADED, actor, purpose or _("本人下载"), case_id)
    return found.file


def of_case(actor: Actor, case_id: UUID) -> list[Licence]:
    """The licences a case yielded, oldest first: all for staff and system, his own for a resident.

    The caller has checked that the actor may see the case.
    """
    found = _all().filter(case_id=case_id).order_by("created_at")
    if actor.kind == "resident":
        own = resources.same_subjects(actor.subject_id) if actor.subject_id else ()
        found = found.filter(holder_id__in=own)
    elif actor.kind not in ("staff", "system"):
        raise Forbidden
    return list(found)


def is_valid(found: Licence) -> bool:
    """Whether a licence is in force today."""
    return not not_in_force(found)


def not_in_force(found: Licence) -> str:
    """Why a licence does not hold today, in a sentence, or an empty string."""
    today = timezone.localdate()
    if found.status != Status.VALID:
        return _("这份证照的状态是“%(status)s”，目前无效。") % {"status": Status(found.status).label}
    if found.valid_to is not None and found.valid_to < today:
        return _("这份证照已于 %(day)s 到期。") % {"day": found.valid_to.isoformat()}
    if found.valid_from > today:
        return _("这份证照自 %(day)s 起生效。") % {"day": found.valid_from.isoformat()}
    return ""


def uses_of(actor: Actor, licence_id: UUID) -> list[LicenceUse]:
    """Who used the holder's licence, newest first (the last 200); for the holder alone."""
    found = Licence.objects.filter(pk=licence_id).first()
    if found is None or actor.subject_id is None or not _same(actor.subject_id, found.holder_id):
        raise NotFound(_("没有这份证照。"))
    return list(found.uses.all()[:200])


def meeting(
    actor: Actor, subject_id: UUID, type_slugs: Sequence[str], *, purpose: str, case_id: UUID | None
) -> list[Licence]:
    """The subject's licences of these types that are valid today; each look is logged once a case."""
    _may_see(actor, subject_id, purpose, case_id)
    today = timezone.localdate()
    good = _all().filter(
        Q(valid_to=None) | Q(valid_to__gte=today),
        holder_id__in=resources.same_subjects(subject_id), type__slug__in=type_slugs, status=Status.VALID,
        trust_grade__in=_TRUSTED, valid_from__lte=today,
    )  # fmt: skip
    found = list(good)
    seen = set(
        LicenceUse.objects.filter(licence__in=found, case_id=case_id, purpose=purpose[:200]).values_list(
            "licence_id", flat=True
        )
    )
    for one in found:
        if one.id not in seen:
            _log(one, UseKind.VIEWED, actor, purpose, case_id)
    return found


def meet(
    actor: Actor, licence_id: UUID, *, subject_id: UUID, type_slugs: Sequence[str], purpose: str,
    case_id: UUID | None,
) -> Licence:  # fmt: skip
    """Use a licence in place of a paper.

    Raises:
        Invalid: field ``licence``; rules ``holder``, ``type``, ``suspended``, ``status``, ``expired``,
            ``not_yet``, ``grade``, each with the reason in words.
    """
    found = _LICENCE.first(id=licence_id)
    if found is None or not _same(subject_id, found.holder_id):
        raise invalid("licence", "holder", _("这份证照不是申请人的，不能使用。"))
    _may_see(actor, subject_id, purpose, case_id)
    problem = why_not(found, type_slugs)
    if problem is not None:
        raise invalid("licence", *problem)
    _log(found, UseKind.MATERIAL, actor, purpose, case_id, once=case_id is not None)
    return found


def why_not(found: Licence, type_slugs: Sequence[str]) -> tuple[str, str] | None:
    """Rule and words for why a licence cannot meet a material today, or None when it can."""
    today = timezone.localdate()
    name = {"name": found.type.name, "number": found.number}
    if found.type.slug not in type_slugs:
        return "type", _("这项材料不能用《%(name)s》代替。") % name
    if found.status == Status.SUSPENDED:
        return "suspended", _("《%(name)s》（%(number)s）已被暂扣，不能使用。") % name
    if found.status != Status.VALID:
        status = {"status": Status(found.status).label}
        return "status", _("《%(name)s》（%(number)s）的状态是“%(status)s”，不能使用。") % (name | status)
    if found.valid_to is not None and found.valid_to < today:
        ended = {"day": found.valid_to.isoformat()}
        return "expired", _("《%(name)s》（%(number)s）已于 %(day)s 到期，请先换证。") % (name | ended)
    if found.valid_from > today:
        return "not_yet", _("《%(name)s》（%(number)s）尚未生效。") % name
    if found.trust_grade not in _TRUSTED:
        return "grade", _("《%(name)s》（%(number)s）还没有核对过原件，不能代替材料。") % name
    return None


def _all() -> QuerySet[Licence]:
    return Licence.objects.select_related("type", "issuer", "holder", "file")


_LICENCE: kept.Kept[Licence] = kept.Kept(lambda: _all().filter(pk=kept.Param("id")).order_by())


def _may_see(actor: Actor, subject_id: UUID, purpose: str, case_id: UUID | None) -> None:
    if not _sees(actor, subject_id, purpose, case_id):
        raise Forbidden(_("您不能查看他人的证照。"))


def _sees(actor: Actor, subject_id: UUID, purpose: str, case_id: UUID | None) -> bool:
    own = actor.kind == "resident" and actor.subject_id is not None and _same(actor.subject_id, subject_id)
    on_duty = actor.is_staff and bool(actor.posts) and bool(purpose.strip()) and case_id is not None
    return own or on_duty or actor.kind == "system"


def _same(one: UUID, other: UUID) -> bool:
    """Whether two subjects are the same one, also because they were merged."""
    return one == other or other in resources.same_subjects(one)


def _log(
    found: Licence, kind: UseKind, actor: Actor, purpose: str, case_id: UUID | None, *, once: bool = False
) -> None:
    """Note a use; with ``once`` the same use by the same account for the same case has one row."""
    use = LicenceUse(
        licence=found, kind=kind, account_id=actor.account_id, by=actor.name[:100],
        department=actor.posts[0].department_name[:100] if actor.posts else "",
        purpose=purpose[:200], case_id=case_id,
    )  # fmt: skip
    kept.insert(use, unless_same=("licence", "kind", "case_id", "account_id") if once else ())
