"""Licence types, licences, their numbers and their uses."""

from tongban.licences.models.licence import Counter, Licence
from tongban.licences.models.type import LicenceType
from tongban.licences.models.use import LicenceUse

__all__ = ["Counter", "Licence", "LicenceType", "LicenceUse"]
