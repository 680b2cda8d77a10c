"""The case desk: what it shows, to whom, and that text stays text."""

import pytest
from django.test import Client
from django.urls import reverse

from tongban.cases import service as cases
from tongban.conftest import Person

pytestmark = pytest.mark.django_db


def url(case: cases.Case) -> str:
    return reverse("workbench:desk", args=[case.id])


def test_everything_on_one_page(filed: cases.Case, clerk: Person) -> None:
    text = clerk.client.get(url(filed)).content.decode()
    assert filed.number in text
    for words in ("鱼丸", "摊位平面图", "图纸.png", "全程留痕", "要求补正"):
        assert words in text


def test_only_the_department_sees_it(
    filed: cases.Case, outsider: Person, known: Person, client: Client
) -> None:
    assert outsider.client.get(url(filed)).status_code == 403
    assert known.client.get(url(filed)).status_code == 403
    assert client.get(url(filed)).status_code == 302


def test_script_in_an_answer_is_text(filed: cases.Case, clerk: Person) -> None:
    answers = {**filed.answers, "goods": "<script>alert(1)</script>"}
    cases.Case.objects.filter(pk=filed.id).update(answers=answers)
    text = clerk.client.get(url(filed)).content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_claim_is_offered_to_the_post_that_may(filed: cases.Case, clerk: Person, reviewer: Person) -> None:
    task = cases.Task.objects.get(case=filed)
    claim = reverse("workbench:claim", args=[task.id])
    assert claim in clerk.client.get(url(filed)).content.decode()
    assert claim not in reviewer.client.get(url(filed)).content.decode()


def test_release_is_offered_to_holder_and_chief(filed: cases.Case, clerk: Person, chief: Person) -> None:
    task = cases.Task.objects.get(case=filed)
    cases.claim(clerk.actor, task.id)
    release = reverse("workbench:release", args=[task.id])
    for person in (clerk, chief):
        assert release in person.client.get(url(filed)).content.decode()
