"""Mail through the SMTP server of ``TONGBAN_SMTP_*`` (or the sandbox's mailboxes)."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.notices.base import Adapter, Message, Recipient, Refused, Unreachable
from tongban.plugins.service import Problem


class Smtp(Adapter):
    identifier = "smtp"
    verbose_name = gettext_lazy("电子邮件（SMTP）")  # type: ignore[assignment]
    channel = "mail"

    def address(self, recipient: Recipient) -> str:
        return recipient.email

    def send(self, message: Message) -> str:
        mail_id = f"<{message.key}@tongban>"  # the same at every repetition: mailboxes drop doubles by it
        mail = EmailMessage(
            message.subject.replace("\n", " "),
            message.text,
            settings.DEFAULT_FROM_EMAIL,
            [message.target],
            headers={"Message-ID": mail_id},
            connection=get_connection(settings.NOTICES_MAIL_BACKEND),
        )
        try:
            mail.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
            raise Refused(str(error)) from error
        except smtplib.SMTPResponseException as error:
            kind = Refused if 500 <= error.smtp_code < 600 else Unreachable
            raise kind(str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        return mail_id

    def check_config(self) -> list[Problem]:
        backend: str = settings.NOTICES_MAIL_BACKEND
        if ".sandbox." in backend:
            if not settings.SANDBOX:
                return [
                    Problem("sandbox_off", _("邮件仍指向沙箱，但沙箱已关闭：请设置 TONGBAN_MAIL_BACKEND"))
                ]
            return [Problem("sandbox", _("邮件进入沙箱，不会发到真实邮箱"), fatal=False)]
        try:
            with get_connection(backend):
                return []
        except (smtplib.SMTPException, OSError) as error:
            return [Problem("unreachable", _("连不上邮件服务器：%s") % error)]
