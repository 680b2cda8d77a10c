from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.portal"
    label = "portal"
