"""Rows beside the content-addressed store."""

from django.db import models


class StoredFile(models.Model):
    """One content, kept once under its SHA-256.

    ``name`` is the display name given when the content first came in. It is never used as a path, and
    whoever refers to a file keeps the name under which he received it.
    """

    hash = models.CharField(primary_key=True, max_length=64, editable=False)
    size = models.BigIntegerField()  # bytes
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hash__regex=r"^[0-9a-f]{64}$"), name="file_hash_is_sha256"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="file_has_content"),
        ]

    def __str__(self) -> str:
        return self.name
