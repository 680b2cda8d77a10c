from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.identity"
    label = "identity"
