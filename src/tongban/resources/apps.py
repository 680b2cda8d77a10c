from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.resources"
    label = "resources"

    def ready(self) -> None:
        from tongban.resources.databases.contrib.postgresql.adapter import PostgreSQL
        from tongban.resources.databases.registry import kinds

        kinds.register(PostgreSQL())
