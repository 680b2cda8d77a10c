from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.assist"
    label = "assist"
