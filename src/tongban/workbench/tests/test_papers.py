"""Files of a case, and the operators' page."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.urls import reverse

from tongban.cases import service as cases
from tongban.conftest import Person

pytestmark = pytest.mark.django_db


def test_a_handed_in_file(filed: cases.Case, clerk: Person, outsider: Person) -> None:
    row = cases.CaseMaterial.objects.get(case=filed, key="plan")
    url = reverse("workbench:material", args=[filed.id, row.id])
    answer = clerk.client.get(url)
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert outsider.client.get(url).status_code == 403
    assert clerk.client.get(reverse("workbench:material", args=[filed.id, uuid4()])).status_code == 404


def test_a_paper_of_the_case(
    accepted: cases.Case, clerk: Person, outsider: Person, run_jobs: Callable[[], list[str]]
) -> None:
    run_jobs()
    paper = cases.documents_of(clerk.actor, accepted.id)[0]
    url = reverse("workbench:document", args=[accepted.id, paper.id])
    assert b"".join(clerk.client.get(url).streaming_content).startswith(b"%PDF")
    assert outsider.client.get(url).status_code == 403
    assert clerk.client.get(reverse("workbench:document", args=[accepted.id, uuid4()])).status_code == 404


def test_a_paper_that_is_still_being_made(
    accepted: cases.Case, clerk: Person, known: Person, run_jobs: Callable[[], list[str]]
) -> None:
    """The worker numbers a paper first and sets it in type after: between the two there is no file."""
    run_jobs()
    paper = cases.documents_of(clerk.actor, accepted.id)[0]
    cases.CaseDocument.objects.filter(pk=paper.id).update(file=None)
    pages = [
        (clerk.client, reverse("workbench:document", args=[accepted.id, paper.id])),
        (known.client, reverse("portal:document", args=[accepted.id, paper.id])),
    ]
    for client, url in pages:
        early = client.get(url)
        assert early.status_code == 409
        assert "请稍后再试" in early.content.decode()
    for page in (reverse("portal:case", args=[accepted.id]), reverse("workbench:desk", args=[accepted.id])):
        reader = known if page.startswith("/cases/") else clerk
        text = reader.client.get(page).content.decode()
        assert str(paper.id) not in text
        assert "正在生成" in text
    cases.CaseDocument.objects.filter(pk=paper.id).update(file=paper.file_hash)
    for client, url in pages:
        assert client.get(url).status_code == 200


def test_adapters_are_for_operators(operator: Person, clerk: Person) -> None:
    url = reverse("workbench:adapters")
    assert "接口状态" in operator.client.get(url).content.decode()
    assert clerk.client.get(url).status_code == 403
