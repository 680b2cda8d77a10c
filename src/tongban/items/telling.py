"""Telling those whose turn it is: who reviews next, who wrote it, who may publish."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from tongban.identity import service as identity
from tongban.items.models import Act, ImportDraft, ItemVersion, VersionAct
from tongban.notices import service as notices
from tongban.organisations import service as organisations

WRITING = (Act.DRAFTED, Act.EDITED)
PASSING = (Act.BUSINESS, Act.LEGAL)


def tell(row: ItemVersion, act: VersionAct) -> None:
    """Notices after an act on a version, inside the act's transaction; nobody is told of his own act.

    Of a batch that an import drafted each person hears once a step, not once a version.
    """
    people = [one for one in dict.fromkeys(_whom(row, act)) if one != act.account_id]
    if not people:
        return
    batch = ImportDraft.objects.filter(version_id=row.pk).values_list("run_id", flat=True).first()
    for account_id in people:
        recipient = identity.recipient(account_id)
        with override(recipient.language):
            title, body = _words(row, act, many=batch is not None)
            notices.send(
                recipient, f"items.{act.act}", title, body,
                link=f"/work/items/import/{batch}/" if batch else f"/work/items/versions/{row.pk}/",
                key=f"items:{batch}:{act.act}:{account_id}" if batch else f"items:{act.pk}:{account_id}",
            )  # fmt: skip


def _whom(row: ItemVersion, act: VersionAct) -> Iterable[UUID]:
    wrote = _accounts(row, WRITING)
    if act.act == Act.SUBMITTED:
        return [one for one in _holding(row, "item_editor", "chief") if one not in wrote]
    if act.act == Act.BUSINESS:
        return [one for one in _holding(row, "legal", "chief") if one not in wrote]
    if act.act in (Act.LEGAL, Act.RETURNED):
        return wrote
    if act.act == Act.PUBLISHED:
        return [*wrote, *_accounts(row, PASSING)]
    return []


def _accounts(row: ItemVersion, what: Iterable[str]) -> list[UUID]:
    """Staff who did one of these to the version; the account of a person who has left is told nothing."""
    rows = VersionAct.objects.filter(version=row, act__in=list(what), account_id__isnull=False)
    found = list(dict.fromkeys(rows.values_list("account_id", flat=True)))
    return [one for one in found if one is not None and organisations.posts_of(one)]


def _holding(row: ItemVersion, *roles: str) -> list[UUID]:
    department = row.item.department_id
    if department is None:
        return []
    return [
        one.account_id
        for role in roles
        for one in organisations.staff_of(department, role, row.item.division)
    ]


def _words(row: ItemVersion, act: VersionAct, *, many: bool) -> tuple[str, str]:
    """Title and text, in the language that is active."""
    what = {"item": row.name, "n": row.number, "by": act.actor_name, "reason": act.reason}
    if many:
        what["item"] = _("%(item)s等一批事项") % {"item": row.name}
    said = {
        Act.SUBMITTED: (_("请做业务审核"), _("%(by)s送审了“%(item)s”第 %(n)s 版，等待业务审核。")),
        Act.BUSINESS: (_("请做法制审核"), _("“%(item)s”第 %(n)s 版已通过业务审核，等待法制审核。")),
        Act.LEGAL: (_("事项已通过审核"), _("“%(item)s”第 %(n)s 版已通过两道审核，可以发布。")),
        Act.RETURNED: (_("事项被退回修改"), _("%(by)s退回了“%(item)s”第 %(n)s 版：%(reason)s")),
        Act.PUBLISHED: (_("事项已发布"), _("“%(item)s”第 %(n)s 版已发布，今天起按它办理。")),
    }
    title, body = said[Act(act.act)]
    return title, body % what
