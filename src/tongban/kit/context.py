"""What every page's template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tongban.kit.access import actor_of


def page(request: HttpRequest) -> dict[str, Any]:
    return {
        "actor": actor_of(request),
        "large_print": request.COOKIES.get("large_print") == "1",
        "sandbox": settings.SANDBOX,
        "operator": actor_of(request).has_role("operator"),
        "cataloguer": actor_of(request).has_role(
            "item_editor", "chief", "legal", "supervisor", "leader", "steward"
        ),
        "importer": actor_of(request).has_role("item_editor", "chief", "legal", "operator"),
        "packager": actor_of(request).has_role("item_editor", "chief"),
        "on_duty": actor_of(request).has_role("clerk", "item_editor", "hall_manager", "chief", "supervisor"),
        "steward": actor_of(request).has_role("steward"),
        "aligner": actor_of(request).has_role("item_editor", "legal", "supervisor", "leader"),
        "opener": actor_of(request).has_role("steward", "supervisor"),
    }
