from django.db import models

from tongban.kit.models import Row


class Division(models.Model):
    code = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=60)
