from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.alignment"
    label = "alignment"
