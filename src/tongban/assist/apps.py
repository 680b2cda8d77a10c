from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.assist"
    label = "assist"

    def ready(self) -> None:
        from tongban.assist import phrasing  # noqa: F401  (registers the adapter)
