"""/api/v1. Who may call what is declared in ``settings.TONGBAN_URL_FAMILIES``."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
