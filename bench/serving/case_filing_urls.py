"""The product's addresses, and one more: three inserts written plainly."""

import json
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from tongban.kit.access import access, public
from tongban.kit.ids import uuid7


@csrf_exempt
@access(public)
def plain(request: HttpRequest) -> HttpResponse:
    """A case, a trace row and an outbox row in one transaction."""
    case, body = uuid7(), request.body.decode()
    data: dict[str, Any] = {"case": str(case), "answers": json.loads(body)["answers"]}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO plain_case VALUES (%s, %s, %s)", [case, case.hex, body])
        cursor.execute(
            "INSERT INTO plain_trace (chain, action, data) VALUES (%s, %s, %s)",
            [case, "case.submitted", json.dumps(data)],
        )
        cursor.execute(
            "INSERT INTO plain_outbox (task, args) VALUES (%s, %s)", ["follow_up", json.dumps(data)]
        )
    return JsonResponse({"id": str(case)}, status=201)


urlpatterns = [path("plain", plain), path("", include("tongban.urls"))]
