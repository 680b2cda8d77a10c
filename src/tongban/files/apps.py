from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.files"
    label = "files"
