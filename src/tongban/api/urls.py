"""/api/v1. Who may call what is declared in ``settings.TONGBAN_URL_FAMILIES``."""

from django.urls import path

from tongban.api.docs import docs
from tongban.api.site import api

urlpatterns = [path("v1/docs", docs, name="api-docs"), path("v1/", api.urls)]
