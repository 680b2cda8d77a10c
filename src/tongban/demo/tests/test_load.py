"""The demo province loads whole, goes on after a kill, and is refused outside a sandbox."""

from collections import Counter

import pytest
from django.contrib.auth import authenticate

from tongban.cases import service as cases
from tongban.demo import content, loading, people, service, staffing
from tongban.demo import wechat as demo_wechat
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Conflict
from tongban.licences import service as licences
from tongban.organisations import service as organisations
from tongban.resources import service as resources
from tongban.standards import codes
from tongban.wechat import service as wechat


class Killed(Exception):
    pass


def killed_at(count):
    def progress(_label, done, _total):
        if done >= count:
            raise Killed

    return progress


@pytest.mark.django_db
def test_load_resumes_after_a_kill_and_a_second_load_adds_nothing():
    with pytest.raises(Killed):
        service.load(killed_at(70))
    told = []
    loaded = service.load(lambda *row: told.append(row))
    assert sum(loaded.values()) == told[-1][2] - 70
    assert told[0][1] == 70
    assert told[-1][1] == told[-1][2]
    counts = Counter(identity.Subject.objects.values_list("kind", flat=True))
    run = resources.runs(SYSTEM).object_list[0]
    assert (run.state, run.publishing, run.by_name) == ("done", "done", "许明")
    # One person more, known under an old number and merged; and those of the small province.
    persons = people.PERSONS + 1 + run.account["golden"]
    assert counts == {"person": persons, "legal": people.ENTERPRISES}
    case_count = cases.Case.objects.count()
    assert service.load(lambda *_row: None) == {}
    assert cases.Case.objects.count() == case_count
    _everything_is_there()


def _sources_are_there():
    found = resources.sources(SYSTEM)
    assert {one.light for one in found} == {"green", "yellow", "red"}
    assert sum(one.quarantined for one in found) > 5
    assert all(one.received == one.source.landed + one.quarantined + one.source.discarded for one in found)
    assert len(resources.decisions("person.phone")) == 2


def _changes_are_there():
    assert [one.split_at is None for one in resources.mergers(SYSTEM)] == [False, True]
    assert {one.row.state for one in resources.subscriptions(SYSTEM)} == {"active", "paused"}
    assert all(one.waiting for one in resources.subscriptions(SYSTEM))
    lin = identity.find_account("lin").subject_id
    past = resources.history(SYSTEM, lin, "person.address", purpose="演示", case_id=None)
    assert len(past) >= 3


def _everything_is_there():
    _sources_are_there()
    _changes_are_there()
    states = set(cases.Case.objects.values_list("state", flat=True))
    assert states == {str(state) for state in cases.State}
    found = {item.slug for item in items.Item.objects.all()}
    assert {entry["slug"] for entry in content.items()} <= found
    for account in service.accounts():
        assert authenticate(username=account.login, password=account.password), account.login
    for entry in content.items():
        department = organisations.department_by_code(entry["department"])
        for step in entry["steps"]:
            able = organisations.staff_of(department.id, step["role"], entry["division"])
            assert len(able) >= 2, (entry["slug"], step["role"])
    wang = identity.find_account("wang")
    assert wechat.Binding.objects.get().account_id == wang.id
    assert "居住证" in wechat.sandbox_act(demo_wechat.BOUND, "text", "进度").text
    lin = identity.find_account("lin")
    firm = next(c for c in identity.acting_choices(lin) if c.role == "representative")
    assert firm.name == "福州市鼓楼区林记鱼丸店"
    acting = identity.acting_actor(lin, firm.subject_id)[0]
    assert [row.type.slug for row in licences.held(acting, firm.subject_id)] == ["business-licence"]


@pytest.mark.django_db
def test_load_and_reset_are_refused_outside_a_sandbox(settings):
    settings.SANDBOX = False
    with pytest.raises(Conflict):
        service.load()
    with pytest.raises(Conflict):
        service.reset()
    assert service.accounts() == []
    assert service.guide() == ""


@pytest.mark.django_db
def test_places_are_asked_again_when_the_divisions_were_missing():
    loading.places.cache_clear()
    with pytest.raises(Conflict):
        loading.places()


def test_guide_names_every_account_and_the_password():
    guide = service.guide()
    for account in service.accounts():
        assert account.login in guide
        assert account.password in guide


def test_staff_are_many_and_have_logins_once():
    workers = staffing.workers()
    assert len(workers) >= 60
    assert len({w.login for w in workers}) == len(workers)
    assert len({w.number for w in workers}) == len(workers)
    slugs = {d["slug"] for d in content.departments()}
    assert {p.department for w in workers for p in w.posts} <= slugs


PLACES = tuple(
    loading.Place(f"{county}00{n}", county, f"福建省某市某区第{n}街道", f"某区第{n}街道", "某区")
    for county in ("350102", "350924")
    for n in range(1, 4)
)


def test_people_are_valid_never_issued_and_the_same_every_time():
    first = people.population(PLACES)
    people.population.cache_clear()
    assert people.population(PLACES) == first
    assert len({p.id_number for p in first.persons}) == people.PERSONS
    for person in first.persons:
        assert codes.id_number_valid(person.id_number)
        assert int(person.id_number[14:17]) in {990, 991}
        assert int(person.id_number[16]) % 2 == person.male
        assert person.phone.startswith("1540")
    for firm in first.enterprises:
        assert codes.uscc_valid(firm.uscc)
        assert firm.uscc[8:10] == "Y9"


def test_departments_agree_mostly_and_differ_sometimes():
    stale = short = 0
    for person in people.population(PLACES).persons:
        said = {}
        for source, element, value in people.said_of_person(person):
            said.setdefault(element, {})[source] = value
        stale += len(set(said["person.phone"].values())) > 1
        short += len(set(said["person.address"].values())) > 1
        assert len(set(said["person.id_number"].values())) == 1
    assert 0 < stale < people.PERSONS / 4
    assert short == people.PERSONS
