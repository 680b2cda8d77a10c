from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.cases"
    label = "cases"
