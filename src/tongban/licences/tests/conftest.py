"""A type of licence and one issued to the resident."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import transaction

from tongban.conftest import invented_uscc
from tongban.kit.actors import SYSTEM
from tongban.licences import service

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    settings.KEYS_ROOT, settings.FILES_ROOT = tmp_path / "keys", tmp_path / "files"


@pytest.fixture
def empty_cache(db: None) -> None:
    cache.clear()


@pytest.fixture
def kind(db: None) -> service.LicenceType:
    return service.ensure_type(
        "food",
        "食品经营许可证",
        invented_uscc() + "001",
        elements=[
            {"key": "name", "label": "经营者名称", "from": "legal.name"},
            {"key": "place", "label": "经营场所", "from": "business_address"},
            {"key": "scope", "label": "经营项目"},
        ],
        validity_months=60,
    )


@pytest.fixture
def issued(kind: service.LicenceType, department: Any, resident: Any) -> Callable[..., service.Licence]:
    """Issue a licence to the resident (or ``holder``) by the system."""

    def make(**changes: Any) -> service.Licence:
        data = {
            "legal.name": "闽味轩",
            "business_address": "南后街88号",
            "scope": ["热食", "冷食"],
            "secret": "x",
        }
        holder = changes.pop("holder", resident.subject.id)
        values: dict[str, Any] = {"department_id": department.id, "key": str(uuid4()), **changes}
        with transaction.atomic():
            return service.issue(SYSTEM, "food", holder, data, **values)

    return make
