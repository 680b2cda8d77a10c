"""What the sandbox received, and the fault it plays."""

from django.db import transaction

from tongban.kit.errors import invalid
from tongban.notices.models import Channel, SandboxFault, SandboxMessage

CHANNELS = (Channel.SMS, Channel.MAIL)  # WeChat's sandbox is its own room's
FAULTS = ("", "down", "refuse", "lost_answer")
KEPT = 5000  # messages


def fault_of(channel: str) -> str:
    """The fault that is switched on for a channel: ``down``, ``refuse``, ``lost_answer`` or none."""
    return SandboxFault.objects.filter(pk=channel).values_list("fault", flat=True).first() or ""


def set_fault(channel: str, fault: str) -> None:
    """Switch a fault on, or off with an empty name."""
    if channel not in CHANNELS or fault not in FAULTS:
        raise invalid("fault", "choice", "没有这种通道或故障")
    if fault:
        SandboxFault.objects.update_or_create(channel=channel, defaults={"fault": fault})
    else:
        SandboxFault.objects.filter(pk=channel).delete()


@transaction.atomic
def receive(channel: str, key: str, target: str, subject: str, text: str) -> str:
    """Keep a message once per key and return its id; the oldest beyond ``KEPT`` are dropped."""
    row, made = SandboxMessage.objects.get_or_create(
        key=key, defaults={"channel": channel, "target": target, "subject": subject, "text": text}
    )
    if made:
        old = SandboxMessage.objects.order_by("-created_at").values("id")[KEPT:]
        SandboxMessage.objects.filter(id__in=list(old.values_list("id", flat=True)[:100])).delete()
    return str(row.id)


def messages(target: str = "", limit: int = 100) -> list[SandboxMessage]:
    rows = SandboxMessage.objects.order_by("-created_at")
    return list((rows.filter(target=target) if target else rows)[:limit])
