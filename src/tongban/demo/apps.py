from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.demo"
    label = "demo"
