"""Certificates of the departments' seals. Private keys never lie in the database."""

from django.db import models

from tongban.kit.models import Row


class SealCertificate(Row):
    """A department's seal certificate as issued by the authority in ``settings.KEYS_ROOT``."""

    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)  # what the seal says
    serial = models.CharField(max_length=40, unique=True)  # hexadecimal
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    pem = models.TextField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_seal_in_use_per_department",
            )
        ]
