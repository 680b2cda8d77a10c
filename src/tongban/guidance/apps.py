from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.guidance"
    label = "guidance"
