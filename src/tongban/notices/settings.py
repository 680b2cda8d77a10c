"""Which adapters carry SMS, mail and WeChat messages, from the environment."""

import os

NOTICES_ADAPTERS = {
    "sms": os.environ.get("TONGBAN_SMS_ADAPTER", "http_sms"),
    "mail": os.environ.get("TONGBAN_MAIL_ADAPTER", "smtp"),
    "wechat": os.environ.get("TONGBAN_WECHAT_ADAPTER", "official-account"),
}
# "sandbox:" is the platform's own sandbox server, called in this process through its real WSGI application.
NOTICES_SMS_URL = os.environ.get("TONGBAN_SMS_URL", "sandbox:/sandbox/sms/messages/")
NOTICES_SMS_KEY = os.environ.get("TONGBAN_SMS_KEY", "")  # the sandbox derives its own from the site's secret
NOTICES_MAIL_BACKEND = os.environ.get("TONGBAN_MAIL_BACKEND", "tongban.notices.sandbox.mailbox.Backend")

EMAIL_HOST = os.environ.get("TONGBAN_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("TONGBAN_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("TONGBAN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TONGBAN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("TONGBAN_SMTP_TLS", "") == "1"
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("TONGBAN_MAIL_FROM", "tongban@localhost")
