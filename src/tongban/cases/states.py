"""The words of a case's life: states, acts, kinds. Pure; labels are the interface's source language."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """The legal states of a case (no national list exists; STANDARDS §4 names these)."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待受理")
    SUPPLEMENT_ASKED = "supplement_asked", _("待补正")
    ACCEPTED = "accepted", _("已受理")
    REFUSED = "refused", _("不予受理")
    UNDER_REVIEW = "under_review", _("审查中")
    SUSPENDED = "suspended", _("特别程序中")
    GRANTED = "granted", _("准予")
    DENIED = "denied", _("不予许可")
    CONCLUDED = "concluded", _("已办结")
    DELIVERED = "delivered", _("已送达")
    WITHDRAWN = "withdrawn", _("已撤回")
    RETURNED = "returned", _("已退件")
    VOIDED = "voided", _("已作废")


class Means(TextChoices):
    """How a material came in."""

    UPLOAD = "upload", _("上传")
    LICENCE = "licence", _("电子证照")
    LATER = "later", _("容缺后补")


class TaskKind(TextChoices):
    ACCEPT = "accept", _("受理")
    REVIEW = "review", _("审查")
    DECIDE = "decide", _("决定")
    DELIVER = "deliver", _("送达")


class TaskState(TextChoices):
    OPEN = "open", _("待认领")
    CLAIMED = "claimed", _("办理中")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")


class StepAction(TextChoices):
    """What a step ended with (GB/T 39046-2020)."""

    PASS = "pass", _("通过")
    RETURN = "return", _("退回")
    OTHER = "other", _("其他")


class Light(TextChoices):
    """电子监察: the warning of a clock; never shown by colour alone."""

    NONE = "", _("无")
    GREEN = "green", _("正常")
    YELLOW = "yellow", _("即将到期")
    RED = "red", _("已超期")


class SpecialProcedure(TextChoices):
    """What stops the clock (行政许可法 §45)."""

    HEARING = "hearing", _("听证")
    BIDDING = "bidding", _("招标")
    AUCTION = "auction", _("拍卖")
    INSPECTION = "inspection", _("检验")
    TESTING = "testing", _("检测")
    QUARANTINE = "quarantine", _("检疫")
    APPRAISAL = "appraisal", _("鉴定")
    EXPERT_REVIEW = "expert_review", _("专家评审")
    SITE_INSPECTION = "site_inspection", _("现场核查")


class DocumentKind(TextChoices):
    RECEIPT = "receipt", _("收件凭证")
    SUPPLEMENT = "supplement", _("一次性补正告知书")
    ACCEPTANCE = "acceptance", _("受理通知书")
    REFUSAL = "refusal", _("不予受理通知书")
    SPECIAL_PROCEDURE = "special_procedure", _("特别程序告知书")
    EXTENSION = "extension", _("延期告知书")
    DECISION = "decision", _("决定书")
    CONCLUSION = "conclusion", _("办结通知书")
