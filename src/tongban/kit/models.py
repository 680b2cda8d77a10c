"""Base models."""

from django.db import models

from tongban.kit.ids import uuid7


class Row(models.Model):
    """A row with a UUIDv7 key and its time of creation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
