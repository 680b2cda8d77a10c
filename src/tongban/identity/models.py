"""Accounts and the subjects they stand for."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from tongban.kit.ids import uuid7
from tongban.kit.models import Row


class Account(AbstractUser):
    """Somebody who can sign in. Residents and staff are accounts of different ``kind``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=[("resident", "群众"), ("staff", "工作人员")])
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=20, blank=True)


class Subject(Row):
    """A person or legal person: the anchor of data, licences and cases."""

    class Kind(models.TextChoices):
        PERSON = "person", "自然人"
        LEGAL = "legal", "法人"

    kind = models.CharField(max_length=6, choices=Kind)
    id_number = models.CharField(max_length=32, unique=True)  # 公民身份号码 or 统一社会信用代码
    name = models.CharField(max_length=200)
    division = models.CharField(max_length=12, blank=True)
