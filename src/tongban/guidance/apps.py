from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.guidance"
    label = "guidance"

    def ready(self) -> None:
        from tongban.guidance import tasks  # noqa: F401  (they register themselves)
