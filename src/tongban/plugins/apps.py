from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.plugins"
    label = "plugins"
