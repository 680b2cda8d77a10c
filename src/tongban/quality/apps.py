from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.quality"
    label = "quality"

    def ready(self) -> None:
        from tongban.quality import tasks  # noqa: F401  (hears what changes)
