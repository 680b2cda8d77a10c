from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.workbench"
    label = "workbench"
