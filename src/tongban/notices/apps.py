from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.notices"
    label = "notices"
