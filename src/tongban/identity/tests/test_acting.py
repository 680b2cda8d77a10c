"""Acting for others: choosing, expiry, reading only, agents."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tongban.conftest import AgencyFactory, Person, client_of
from tongban.identity import service as identity
from tongban.identity.models import Agency
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.trace.models import TraceRow

pytestmark = pytest.mark.django_db


def agent_of(company: Person, person: Person, **values: object) -> Agency:
    today = timezone.localdate()
    more = {"valid_from": today, "valid_to": today + timedelta(days=30)} | values
    return AgencyFactory(account=person.account, subject=company.subject, role="agent", **more)


def grant(company: Person, person: Person, **changes: object) -> Agency:
    assert person.subject is not None
    today = timezone.localdate()
    values = {
        "id_number": person.subject.id_number, "name": person.subject.name, "scope": "all",
        "valid_from": today, "valid_to": today + timedelta(days=10),
    } | changes  # fmt: skip
    return identity.grant_agency(company.actor, **values)


def test_choosing_whom_to_act_for(representative: Person) -> None:
    client = client_of(representative.account)
    assert representative.subject is not None
    page = client.get("/account/acting/")
    assert representative.subject.name in page.content.decode()
    answer = client.post("/account/acting/", {"subject": str(representative.subject.id), "next": "/cases/"})
    assert answer["Location"] == "/cases/"
    assert client.get("/account/").wsgi_request.actor.subject_id == representative.subject.id
    own = representative.account.subject
    client.post("/account/acting/", {"subject": str(own.id)})
    assert client.get("/account/").wsgi_request.actor.subject_id == own.id
    chosen = TraceRow.objects.filter(chain=str(representative.account.id), action="identity.acting_chosen")
    assert chosen.count() == 2


def test_nobody_acts_for_a_stranger(resident: Person, representative: Person) -> None:
    assert representative.subject is not None
    answer = resident.client.post("/account/acting/", {"subject": str(representative.subject.id)})
    assert answer.status_code == 403
    assert resident.client.post("/account/acting/", {"subject": "junk"}).status_code == 404
    forged = client_of(resident.account, representative.subject)
    assert forged.get("/account/").wsgi_request.actor.subject_id == resident.account.subject_id


def test_an_agency_ends_with_its_last_day_and_at_once_when_revoked(
    resident: Person, representative: Person
) -> None:
    agency = agent_of(representative, resident)
    client = client_of(resident.account, representative.subject)
    assert client.get("/account/").wsgi_request.actor.subject_id == agency.subject_id
    yesterday = timezone.localdate() - timedelta(days=1)
    Agency.objects.filter(pk=agency.pk).update(valid_from=yesterday, valid_to=yesterday)
    assert client.get("/account/").wsgi_request.actor.subject_id == resident.account.subject_id
    Agency.objects.filter(pk=agency.pk).update(valid_to=timezone.localdate())
    client = client_of(resident.account, representative.subject)
    assert client.get("/account/").wsgi_request.actor.subject_id == agency.subject_id
    identity.revoke_agency(representative.actor, agency.id)
    assert client.get("/account/").wsgi_request.actor.subject_id == resident.account.subject_id


def test_an_agency_not_yet_begun_gives_nothing(resident: Person, representative: Person) -> None:
    agent_of(representative, resident, valid_from=timezone.localdate() + timedelta(days=1))
    assert len(identity.acting_choices(resident.account)) == 1


def test_who_may_only_read_changes_nothing(resident: Person, representative: Person) -> None:
    agent_of(representative, resident, scope="read")
    client = client_of(resident.account, representative.subject)
    assert client.get("/sandbox/inbox/").status_code == 200
    refused = client.post("/sandbox/faults/", {"channel": "sms", "fault": ""})
    assert refused.status_code == 403
    assert "只能查看" in refused.content.decode()
    assert client.post("/account/logout/").status_code == 302


def test_the_representative_grants_and_revokes(representative: Person, resident: Person) -> None:
    agency = grant(representative, resident)
    names = [c.name for c in identity.acting_choices(resident.account)]
    assert representative.subject is not None
    assert representative.subject.name in names
    assert {r.account_id for r in identity.recipients_for_subject(agency.subject_id)} == {
        representative.account.id, resident.account.id
    }  # fmt: skip
    with pytest.raises(Conflict):
        grant(representative, resident)
    path = f"/account/agents/{agency.id}/revoke/"
    assert resident.client.post(path).status_code == 403
    assert representative.client.post(path).status_code == 302
    assert len(identity.acting_choices(resident.account)) == 1
    rows = TraceRow.objects.filter(chain=str(agency.subject_id)).values_list("action", flat=True)
    assert list(rows) == ["identity.agent_granted", "identity.agent_revoked"]
    grant(representative, resident)


def test_an_agent_may_not_authorise_others(
    resident: Person, other_resident: Person, representative: Person
) -> None:
    agent_of(representative, resident)
    found = identity.acting_actor(resident.account, representative.subject.id)
    assert found is not None
    with pytest.raises(Forbidden):
        identity.grant_agency(
            found[0], id_number=other_resident.subject.id_number, name=other_resident.subject.name,
            scope="all", valid_from=timezone.localdate(), valid_to=timezone.localdate(),
        )  # fmt: skip


def test_another_companys_authorisation_is_not_found(resident: Person, representative: Person) -> None:
    other = AgencyFactory()
    foreign = AgencyFactory(
        account=resident.account, subject=other.subject, role="agent", valid_to=timezone.localdate()
    )
    with pytest.raises(NotFound):
        identity.revoke_agency(representative.actor, foreign.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "别人"}, "id_number"),
        ({"scope": "everything"}, "scope"),
        ({"valid_to": timezone.localdate() - timedelta(days=3)}, "valid_to"),
        ({"valid_to": timezone.localdate() + timedelta(days=5000)}, "valid_to"),
    ],
)
def test_a_wrong_grant_names_its_field(
    representative: Person, resident: Person, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        grant(representative, resident, **changes)
    assert wrong.value.problems[0].field == field


def test_granting_on_the_page(representative: Person, resident: Person) -> None:
    today = timezone.localdate()
    data = {
        "name": resident.subject.name, "id_number": resident.subject.id_number, "scope": "read",
        "valid_from": today.isoformat(), "valid_to": (today + timedelta(days=5)).isoformat(),
    }  # fmt: skip
    wrong = representative.client.post("/account/agents/", data | {"valid_to": "2026-02-30"})
    assert wrong.status_code == 422
    assert representative.client.post("/account/agents/", data).status_code == 302
    assert resident.subject.name in representative.client.get("/account/agents/").content.decode()
