import pytest

from tongban.items import service as items
from tongban.items.tests.factories import load

pytestmark = pytest.mark.django_db

OTHERS = [
    ("hukou", "350109001000", "出生登记（新生儿落户）", "350102"),
    ("driver", "350109003000", "机动车驾驶证期满换证", "35"),
    ("fund", "350117001000", "住房公积金提取（租房）", "3501"),
]


@pytest.fixture(autouse=True)
def catalogue() -> None:
    load(address="福州市鼓楼区温泉支路 1 号", fees=[{"name": "工本费", "amount_fen": 1000, "unit": "证"}])
    for slug, basic, name, division in OTHERS:
        load(
            slug=slug, basic_code=basic, name=name, division=division, summary="", keywords=[], results=[],
            conditions=["符合规定"], materials=[],
            faqs=[{"q": f"{name}可以代办吗", "a": "可以，带上委托书。"}],
        )  # fmt: skip
    items.rebuild_search()


@pytest.mark.parametrize(
    ("question", "slug", "kind"),
    [
        ("开饭店要准备什么材料", "food-licence", "materials"),
        ("食品经营许可证在哪里办", "food-licence", "address"),
        ("食品经营许可多少钱", "food-licence", "fees"),
        ("食品经营许可要多久", "food-licence", "limits"),
        ("驾照到期换证能代办吗", "driver", "faq"),
    ],
)
def test_the_first_passage_is_of_the_kind_asked_for(question: str, slug: str, kind: str) -> None:
    passages = items.retrieve(question)
    assert (passages[0].slug, passages[0].kind) == (slug, kind)
    assert passages[0].text
    assert passages[0].confidence > 0.5


@pytest.mark.parametrize("question", ["明天会下雨吗", "给我讲个笑话", "股票今天涨了多少", "我女朋友生气了"])
def test_what_the_catalogue_cannot_answer_is_not_trusted(question: str) -> None:
    assert all(one.confidence < 0.5 for one in items.retrieve(question))


@pytest.mark.parametrize(
    "question", ["", "   ", "？？？", "\x00", "怎么办", "a" * 10_000, "证" * 10_000, "'&|!:*()<>"]
)
def test_any_question_gets_a_list(question: str) -> None:
    assert len(items.retrieve(question, limit=3)) <= 3


def test_a_passage_is_of_the_version_in_force() -> None:
    first = items.retrieve("食品经营许可证在哪里办")[0]
    assert first.text == items.published("food-licence").address
    assert first.version_id == items.published("food-licence").id


def test_what_is_asked_is_told_apart_from_the_matter() -> None:
    meant = items.understood("请问食品经营许可证要多少钱，几天能办好？")
    assert meant.asked[:2] == ("fees", "limits")
    assert "多少钱" not in meant.matter
    assert "食品经营许可证" in meant.matter
