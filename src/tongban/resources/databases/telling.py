"""A department's stewards hear that their database can no longer be read; once until it can again."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from tongban.identity import service as identity
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.resources.keepers import ROLE
from tongban.resources.models import Snapshot


def cannot_read(row: Snapshot, problem: str) -> None:
    """Inside the caller's transaction."""
    source = row.source
    for one in organisations.staff_of(source.department_id, ROLE):
        recipient = identity.recipient(one.account_id)
        with override(recipient.language):
            title = _("数据源读取失败")
            text = _("“%(source)s”的数据库没有读成：%(problem)s") % {
                "source": source.name, "problem": problem,
            }  # fmt: skip
        link, key = f"/work/sources/{source.slug}/", f"resources:database:{row.id}:{one.account_id}"
        notices.send(recipient, "resources.database_failed", title, text, link=link, key=key)
