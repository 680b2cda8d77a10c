from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.notices"
    label = "notices"

    def ready(self) -> None:
        from tongban.notices.contrib.http_sms.adapter import HttpSms
        from tongban.notices.contrib.smtp.adapter import Smtp
        from tongban.notices.registry import adapters

        adapters.register(HttpSms())
        adapters.register(Smtp())
