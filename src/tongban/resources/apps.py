from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.resources"
    label = "resources"
