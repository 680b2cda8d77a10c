from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.ops"
    label = "ops"
