from django.db import models

from tongban.kit.models import Row


class Item(Row):
    code = models.CharField(max_length=40, unique=True)


class ItemVersion(Row):
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    number = models.IntegerField()
