from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.trace"
    label = "trace"
