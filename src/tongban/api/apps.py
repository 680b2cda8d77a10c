from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.api"
    label = "api"
