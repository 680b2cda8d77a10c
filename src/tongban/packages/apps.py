from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.packages"
    label = "packages"

    def ready(self) -> None:
        from tongban.packages import hearing, tasks  # noqa: F401  (they register themselves)
