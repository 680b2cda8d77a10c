from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.organisations"
    label = "organisations"

    def ready(self) -> None:
        from tongban.identity.service import register_posts_provider
        from tongban.organisations.posts import staff_held

        register_posts_provider(staff_held)
