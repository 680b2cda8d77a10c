from django.db import models

from tongban.kit.models import Row


class StoredFile(models.Model):
    hash = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
