from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.wechat"
    label = "wechat"

    def ready(self) -> None:
        from tongban.wechat import hearing, plugin  # noqa: F401  (subscribes; registers the adapters)
