from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.wechat"
    label = "wechat"

    def ready(self) -> None:
        from tongban.wechat import plugin  # noqa: F401  (registers the adapter)
