from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.opendata"
    label = "opendata"
