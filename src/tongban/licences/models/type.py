"""Kinds of licence."""

from django.db import models

from tongban.kit.models import Row


class LicenceType(Row):
    """A kind of licence: who defines it, what its face says, how long it holds.

    ``code21`` is the type code of GB/T 36904-2018: the defining body's USCC and three digits.
    ``elements`` is a list of ``{"key", "label", "from"}``: the lines of the face in their order and the
    form field or data element each comes from.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    code21 = models.CharField(max_length=21, unique=True)
    department = models.ForeignKey(
        "organisations.Department", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    elements = models.JSONField(default=list)
    validity_months = models.PositiveIntegerField(null=True, blank=True)  # None: until something ends it
    face = models.SlugField(default="default")
    division = models.CharField(max_length=9, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
