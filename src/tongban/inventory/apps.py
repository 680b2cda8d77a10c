from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.inventory"
    label = "inventory"
