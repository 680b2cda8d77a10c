"""The kinds of databases this site can read."""

from django.utils.translation import gettext_lazy as _

from tongban.plugins.service import Registry
from tongban.resources.databases.base import Database

kinds: Registry[Database] = Registry("source_databases", _("数据源数据库"))  # type: ignore[arg-type]
