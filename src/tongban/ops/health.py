"""``/healthz``, ``/readyz`` and ``/metrics``."""

import hmac
import os
from ipaddress import ip_address
from typing import Any

import prometheus_client
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import multiprocess

from tongban.kit.access import access, public
from tongban.kit.errors import Forbidden
from tongban.ops.metrics import DomainGauges

HEARTBEAT_LIMIT = 60  # seconds without a sign of life after which a worker counts as gone


@access(public)
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@access(public)
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, schema and worker; 503 and the part's name when one is not well."""
    parts = check_parts()
    good = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if good else "unready", **parts}, status=200 if good else 503)


_schema_seen: set[str] = set()


def check_parts() -> dict[str, str]:
    """The state of each part: ``ok`` or a few words that name no host and no secret."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts = {"database": "ok", "migrations": _migrations(), "worker": "unknown"}
        parts["worker"] = _worker() if parts["migrations"] == "ok" else "unknown"
    except Error:
        connection.close()
        return {"database": "no connection", "migrations": "unknown", "worker": "unknown"}
    return parts


def _migrations() -> str:
    if "ok" not in _schema_seen:  # code and schema do not change under a running process
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "not applied"
        _schema_seen.add("ok")
    return "ok"


def _worker() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [HEARTBEAT_LIMIT],
        )
        (alive,) = cursor.fetchone() or (0,)
    return "ok" if alive else "no heartbeat"


def _may_scrape(request: HttpRequest) -> bool:
    """From this machine without a proxy between, or with the site's token."""
    token = os.environ.get("TONGBAN_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(token.encode(), given.encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@access(public)
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters of all web processes and gauges of the domain, in Prometheus' text form."""
    if not _may_scrape(request):
        raise Forbidden
    registry: Any = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    domain = prometheus_client.CollectorRegistry()
    domain.register(DomainGauges())
    body = prometheus_client.generate_latest(registry) + prometheus_client.generate_latest(domain)
    return HttpResponse(body, content_type=prometheus_client.CONTENT_TYPE_LATEST)
