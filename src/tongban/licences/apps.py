from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.licences"
    label = "licences"
