from django.db import models

from tongban.kit.models import Row


class LicenceType(Row):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)


class Licence(Row):
    type = models.ForeignKey(LicenceType, on_delete=models.PROTECT)
