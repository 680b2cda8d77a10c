"""Who is bound to which WeChat user, and which messages have been answered."""

from django.db import models

from tongban.kit.models import Row


class Binding(Row):
    """A WeChat user (``openid`` of this official account) bound to an account of the platform."""

    openid = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")


class Answered(models.Model):
    """A message that was taken in, and what was answered: a repetition gets the same, nothing is done twice.

    ``key`` is the message's id (or sender, time and kind for events, which have none).
    """

    key = models.CharField(primary_key=True, max_length=160)
    reply = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)


class Seen(models.Model):
    """A signature that was used: the same request a second time is a replay."""

    signature = models.CharField(primary_key=True, max_length=40)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
