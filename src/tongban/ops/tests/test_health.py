"""Health, readiness, metrics and request ids over HTTP."""

import pytest
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.django_db


def test_healthz_asks_nothing_of_the_database(client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}


def test_readyz_names_the_missing_worker(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unready", "database": "ok", "migrations": "ok", "worker": "no heartbeat",
    }  # fmt: skip


def test_readyz_is_good_with_a_live_worker(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert client.get("/readyz").status_code == 200


def test_readyz_does_not_count_a_dead_worker(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 minutes')"
        )
    assert client.get("/readyz").status_code == 503


def test_metrics_are_for_this_machine(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b"tongban_cases" in answer.content
    assert b"django_http" in answer.content


def test_metrics_are_not_for_strangers(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 403


def test_metrics_with_the_sites_token(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGBAN_METRICS_TOKEN", "a-long-token")
    far = {"REMOTE_ADDR": "203.0.113.5"}
    assert client.get("/metrics", headers={"Authorization": "Bearer a-long-token"}, **far).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}, **far).status_code == 403


def test_a_harmless_request_id_is_kept_and_a_harmful_one_replaced(client: Client) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-ID": "abcdef-123456"})["X-Request-ID"] == "abcdef-123456"
    )
    answer = client.get("/healthz", headers={"X-Request-ID": '"} forged'})
    assert "forged" not in answer["X-Request-ID"]
    assert len(answer["X-Request-ID"]) == 32
