from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.kit"
    label = "kit"
