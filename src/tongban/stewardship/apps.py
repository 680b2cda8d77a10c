from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.stewardship"
    label = "stewardship"

    def ready(self) -> None:
        from tongban.stewardship import tasks  # noqa: F401  (hears what changes)
