from django.apps import AppConfig


class Config(AppConfig):
    name = "tongban.documents"
    label = "documents"
