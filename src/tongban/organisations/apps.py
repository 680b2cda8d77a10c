from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.organisations"
    label = "organisations"
