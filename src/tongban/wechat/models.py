"""Who is bound to which WeChat user, which messages have been answered, and what the sandbox plays."""

from django.db import models

from tongban.kit.models import Row


class Binding(Row):
    """A WeChat user (``openid`` of this official account) bound to an account of the platform."""

    openid = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")
    open_until = models.DateTimeField(null=True)  # until when WeChat lets the account write to him


class Answered(models.Model):
    """A message that was taken in, and what was answered: a repetition gets the same, nothing is done twice.

    ``key`` is sender and message id (or time and kind for events, which have none). ``reply`` is sealed, and
    wiped after an hour: WeChat repeats a message within seconds.
    """

    key = models.CharField(primary_key=True, max_length=160)
    reply = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)


class Handed(models.Model):
    """A question that somebody not bound handed to people: whom to send the answer."""

    token = models.CharField(primary_key=True, max_length=48)  # the hand-over's
    openid = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)


class Seen(models.Model):
    """A signature that was used, and for which message: for another one it is a forgery."""

    signature = models.CharField(primary_key=True, max_length=40)
    message = models.CharField(max_length=160, default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)


class SandboxUser(models.Model):
    """A WeChat user of the sandbox: a visitor plays him."""

    openid = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=40)
    subscribed = models.BooleanField(default=True)
    open_until = models.DateTimeField(null=True)  # until when the account may write to him
    left = models.PositiveSmallIntegerField(default=0)  # how many messages it may write
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class SandboxLine(Row):
    """One line of a sandbox user's chat."""

    user = models.ForeignKey(SandboxUser, on_delete=models.CASCADE, related_name="lines")
    by = models.CharField(max_length=8)  # user, account or system
    kind = models.CharField(max_length=16)  # text, event, template, fault …
    text = models.TextField()
    detail = models.JSONField(default=dict)  # what went over the wire

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="sandbox_line")]


class SandboxState(models.Model):
    """What the sandbox's WeChat server remembers: its token, the menu, the fault it plays."""

    key = models.CharField(primary_key=True, max_length=20)
    value = models.JSONField(default=dict)
