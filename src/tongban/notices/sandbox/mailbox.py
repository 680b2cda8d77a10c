"""A mail backend whose mailboxes are the sandbox's."""

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from tongban.notices.sandbox import store


class Backend(BaseEmailBackend):
    """Delivers to the sandbox inbox page, or fails the way a mail server does when a fault is on."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        fault = store.fault_of("mail")
        if fault == "down":
            raise smtplib.SMTPServerDisconnected("sandbox: the server is down")
        for mail in email_messages:
            if fault == "refuse":
                raise smtplib.SMTPRecipientsRefused(
                    dict.fromkeys(mail.to, (550, b"sandbox: no such mailbox"))
                )
            key = mail.message()["Message-ID"]
            for target in mail.to:
                store.receive("mail", f"{key}"[:64], target, str(mail.subject), str(mail.body))
            if fault == "lost_answer":
                raise smtplib.SMTPServerDisconnected("sandbox: the connection broke after the message")
        return len(email_messages)
