"""Electronic licences 电子证照: the door."""

from tongban.licences.checking import FileCheck, PublicCheck, public_check, verify_file
from tongban.licences.counting import MonthCount, monthly_counts, types
from tongban.licences.faces import check_url, face_data, make_face, shown
from tongban.licences.issuing import change_status, ensure_type, issue, replace, type_by_slug
from tongban.licences.limits import TooMany
from tongban.licences.models import Licence, LicenceType, LicenceUse
from tongban.licences.models.licence import Grade, Status
from tongban.licences.models.use import UseKind
from tongban.licences.using import (
    face,
    held,
    is_valid,
    licence,
    meet,
    meeting,
    not_in_force,
    of_case,
    uses_of,
    why_not,
)

__all__ = [
    "FileCheck",
    "Grade",
    "Licence",
    "LicenceType",
    "LicenceUse",
    "MonthCount",
    "PublicCheck",
    "Status",
    "TooMany",
    "UseKind",
    "change_status",
    "check_url",
    "ensure_type",
    "face",
    "face_data",
    "held",
    "is_valid",
    "issue",
    "licence",
    "make_face",
    "meet",
    "meeting",
    "monthly_counts",
    "not_in_force",
    "of_case",
    "public_check",
    "replace",
    "shown",
    "type_by_slug",
    "types",
    "uses_of",
    "verify_file",
    "why_not",
]
