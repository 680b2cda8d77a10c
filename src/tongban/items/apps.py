from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.items"
    label = "items"
