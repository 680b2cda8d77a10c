"""Acts on a case over HTTP: the whole chain, and every refusal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tongban.cases import service as cases
from tongban.cases.tests.conftest import png
from tongban.conftest import Person

pytestmark = pytest.mark.django_db


def act(person: Person, case: cases.Case, name: str, **data: Any) -> Any:
    return person.client.post(reverse("workbench:act", args=[case.id, name]), data)


def done(person: Person, case: cases.Case, name: str, state: str, **data: Any) -> None:
    page = person.client.get(reverse("workbench:act", args=[case.id, name]))
    assert page.status_code == 200, name
    answer = act(person, case, name, **data)
    assert answer.status_code == 302, answer.content.decode()
    case.refresh_from_db()
    assert case.state == state


def test_the_whole_chain(  # noqa: PLR0917
    filed: cases.Case, known: Person, clerk: Person, reviewer: Person, approver: Person, chief: Person
) -> None:
    done(clerk, filed, "accept", "accepted", note="材料齐全")
    done(reviewer, filed, "suspend", "suspended", kind="site_inspection", days=5, reason="现场核查")
    done(reviewer, filed, "resume", "under_review", outcome="符合")
    done(chief, filed, "extend", "under_review", days=5, reason="征求意见")
    cases.attach_upload(known.actor, filed.id, "photo", png("blue"))
    task = cases.Task.objects.get(case=filed, kind="review")
    reviewer.client.post(reverse("workbench:claim", args=[task.id]))
    done(reviewer, filed, "complete_step", "under_review", outcome="pass", opinion="同意")
    done(approver, filed, "decide", "granted", granted="yes")
    done(clerk, filed, "conclude", "concluded")
    done(clerk, filed, "mark_delivered", "delivered")


def test_a_supplement_marks_fields(filed: cases.Case, clerk: Person) -> None:
    answer = act(clerk, filed, "ask_supplement", message="请写清品种")
    assert answer.status_code == 422
    assert "fields_asked" in answer.context["form"].errors
    done(clerk, filed, "ask_supplement", "supplement_asked", message="请写清品种", fields_asked=["goods"])
    assert filed.supplement.fields == ["goods"]


@pytest.mark.parametrize(
    ("name", "state", "data"),
    [
        ("refuse_acceptance", "refused", {"reasons": "依法不需要许可"}),
        ("return_to_applicant", "returned", {"reason": "不属于本部门"}),
    ],
)
def test_ends_at_the_counter(
    filed: cases.Case, clerk: Person, name: str, state: str, data: dict[str, str]
) -> None:
    missing = act(clerk, filed, name)
    assert missing.status_code == 422
    assert missing.context["form"].errors
    done(clerk, filed, name, state, **data)


def test_only_the_chief_voids(filed: cases.Case, clerk: Person, chief: Person) -> None:
    assert act(clerk, filed, "void", reason="误报").status_code == 302
    filed.refresh_from_db()
    assert filed.state == "submitted"
    done(chief, filed, "void", "voided", reason="误报")


def test_errors_stand_beside_their_fields(
    accepted: cases.Case, reviewed: cases.Case, chief: Person, approver: Person
) -> None:
    long = act(chief, accepted, "extend", days=99, reason="征求意见")
    assert long.status_code == 422
    assert "10" in long.context["form"].errors["days"][0]
    denied = act(approver, reviewed, "decide", granted="no")
    assert "reasons" in denied.context["form"].errors


def test_not_now_leads_back_with_a_message(filed: cases.Case, clerk: Person, reviewer: Person) -> None:
    for person, name in ((clerk, "conclude"), (reviewer, "accept")):
        for method in (person.client.get, person.client.post):
            answer = method(reverse("workbench:act", args=[filed.id, name]), follow=True)
            assert answer.redirect_chain == [(reverse("workbench:desk", args=[filed.id]), 302)]
            assert "现在不能进行" in answer.content.decode()
    filed.refresh_from_db()
    assert filed.state == "submitted"


def test_strangers_and_unknown_acts(
    filed: cases.Case, clerk: Person, outsider: Person, known: Person, client: Client
) -> None:
    url = reverse("workbench:act", args=[filed.id, "accept"])
    assert outsider.client.post(url).status_code == 403
    assert known.client.post(url).status_code == 403
    assert client.post(url).status_code == 302
    assert clerk.client.get(reverse("workbench:act", args=[filed.id, "burn"])).status_code == 404
    filed.refresh_from_db()
    assert filed.state == "submitted"


def test_a_change_needs_the_token(filed: cases.Case, clerk: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk.account)
    assert strict.post(reverse("workbench:act", args=[filed.id, "accept"])).status_code == 403


def test_every_action_on_offer_opens(
    accepted: cases.Case, chief: Person, reviewer: Person, make_item: Callable[..., Any]
) -> None:
    for person in (chief, reviewer):
        for action in cases.desk(person.actor, accepted.id).allowed_actions:
            assert (
                person.client.get(reverse("workbench:act", args=[accepted.id, action.name])).status_code
                == 200
            )
