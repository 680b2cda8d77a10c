from django.db import models

from tongban.kit.models import Row


class Department(Row):
    code = models.SlugField(unique=True)
    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=100)


class Hall(Row):
    name = models.CharField(max_length=100)


class Staff(Row):
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    name = models.CharField(max_length=60)
