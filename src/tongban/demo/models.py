"""How far the loading of the demo province has come."""

from django.db import models


class LoadMark(models.Model):
    """One finished piece of the load, written in the same transaction as the piece itself.

    A load that was killed goes on after the last mark, and nothing is loaded twice.
    """

    key = models.CharField(primary_key=True, max_length=100)
    done_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
