"""Why an import does not take a row, as people read it; the same shape as a guide rule."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from tongban.items.checking.base import GuideRule

_ALL = (
    ("no-code", _("没有编码"), _("补上实施编码后重新导入")),
    ("no-name", _("没有事项名称"), _("补上事项名称后重新导入")),
    ("code-twice", _("编码重复而内容不同"), _("同一编码只留一行")),
    ("repeated", _("与前面的行重复"), _("不用处理，也可以删去重复的行")),
    ("cell-not-understood", _("单元格的内容不能识别"), _("按导入方案的说明改写这一格")),
    ("not-yours", _("不是本部门的事项"), _("请事项所属部门导入，或交运维人员导入")),
    ("refused", _("不能写入"), _("按说明处理后重新导入这一行")),
    ("not-an-object", _("不是一条事项"), _("核对文件与导入方案是否相符")),
    ("encoding", _("文字编码无法识别"), _("另存为 UTF-8 或 GBK 后重新导入")),
    ("line-too-long", _("一行过长"), _("核对文件是否缺少换行")),
    ("not-csv", _("不是 CSV"), _("核对引号和分隔符")),
    ("not-json", _("不是 JSON"), _("核对文件与导入方案是否相符")),
    ("too-many-cells", _("单元格多于表头"), _("核对这一行的分隔符")),
)
REASONS: Mapping[str, GuideRule] = {
    name: GuideRule(name, title, "", mend, "error") for name, title, mend in _ALL
}


def reason(rule_id: str) -> GuideRule | None:
    """The reason of this id, or None."""
    return REASONS.get(rule_id)
