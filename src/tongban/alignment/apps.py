from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.alignment"
    label = "alignment"

    def ready(self) -> None:
        from tongban.alignment import tasks  # noqa: F401  (hears what is published)
        from tongban.alignment.inheriting import Keeper
        from tongban.items.service import keep_standards

        keep_standards(Keeper())
