import pytest
from django.db import DatabaseError, transaction
from django.db.models import Model

from tongban.items import service as items
from tongban.items.models import Fee, ItemVersion, Material
from tongban.items.tests.factories import USCC, editor, item_data, load
from tongban.kit.errors import Forbidden, Invalid, NotFound
from tongban.organisations import service as organisations

pytestmark = pytest.mark.django_db


def test_a_loaded_item_is_in_force_with_all_its_parts() -> None:
    detail = load()
    assert detail.code == f"{USCC}4350131001000"
    assert (detail.state, detail.number, detail.promised_days) == ("published", 1, 8)
    assert [step.kind for step in detail.steps] == ["accept", "review", "decide", "deliver"]
    assert detail.materials[0].licence_types == ("business-licence",)
    assert detail.outcomes[0].licence_type == "food-business-licence"
    assert detail.findings == ()
    assert detail.fileable
    assert items.published("food-licence").id == items.published(detail.code).id == detail.id


def test_loading_the_same_again_changes_nothing_and_a_change_makes_a_new_version() -> None:
    first = load()
    again = items.load_item(item_data())
    assert (again.version_id, again.changed) == (first.id, False)
    second = load(promised_days=7)
    assert (second.number, second.promised_days) == (2, 7)
    old = items.version(first.id)
    assert (old.state, old.promised_days) == ("retired", 8)
    assert [v.number for v in items.versions_of("food-licence")] == [2, 1]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "item"),
        ({"name": ""}, "name"),
        ({"name": "长" * 300}, "name"),
        ({"type": "许可"}, "type"),
        ({"basic_code": "35013100"}, "code"),
        ({"national_code": "ABC"}, "national_code"),
        ({"department": "nowhere"}, "department"),
        ({"promised_days": -1}, "promised_days"),
        ({"materials": [{"key": "a"}]}, "materials.0"),
        ({"steps": [{"name": "受理", "kind": "hop", "role": "clerk"}]}, "steps.0.kind"),
        ({"form": {"schema": {"type": "objekt"}, "layout": []}}, "form.schema"),
    ],
)
def test_a_wrong_file_names_the_field(change: dict[str, object], field: str) -> None:
    organisations.ensure_department("shichang", USCC, "福建省市场监督管理局")
    with pytest.raises(Invalid) as caught:
        items.load_item(item_data(**change))
    assert field in [problem.field for problem in caught.value.problems]
    assert not ItemVersion.objects.exists()


def test_only_the_system_and_operators_load() -> None:
    detail = load()
    with pytest.raises(Forbidden):
        items.load_item(item_data(name="改名"), actor=editor(detail))
    assert items.load_item(item_data(name="改名"), actor=editor(detail, role="operator")).changed


def test_the_database_refuses_to_change_what_was_published() -> None:
    detail = load()
    later = load(promised_days=7)
    rows: list[tuple[type[Model], dict[str, object]]] = [
        (ItemVersion, {"name": "改"}),
        (ItemVersion, {"state": "draft"}),
        (ItemVersion, {"content_hash": "0" * 64}),
    ]
    for version_id in (detail.id, later.id):
        for model, change in rows:
            with pytest.raises(DatabaseError), transaction.atomic():
                model._default_manager.filter(pk=version_id).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Material.objects.filter(version_id=version_id).update(name="改")
        with pytest.raises(DatabaseError), transaction.atomic():
            Material.objects.filter(version_id=version_id).delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            Fee.objects.create(version_id=version_id, order=0, name="费", amount_fen=1)
    assert items.version(detail.id).name == detail.name


def test_a_case_cannot_start_on_what_is_no_longer_in_force() -> None:
    first = load()
    assert items.current(first.id).id == first.id
    load(promised_days=7)
    with pytest.raises(Exception, match="已经更新") as caught:
        items.current(first.id)
    assert getattr(caught.value, "code", "") == "version_not_in_force"


def test_unknown_items_are_not_found() -> None:
    for key in ("nothing", "11350000Y90001054L4350131001000"):
        with pytest.raises(NotFound):
            items.published(key)
