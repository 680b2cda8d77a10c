from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.divisions"
    label = "divisions"
