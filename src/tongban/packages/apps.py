from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.packages"
    label = "packages"
