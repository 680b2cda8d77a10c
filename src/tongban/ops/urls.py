"""Addresses for whoever watches the platform."""

from django.urls import URLPattern, URLResolver, path

from tongban.ops import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
