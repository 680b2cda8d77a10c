"""The catalogue of the demo province: standards, what the counties made of them, versions on their way.

The items of Gulou are the models of the standards. Two dozen other counties implement them; some lag behind
in what is fixed, many vary in what is free. Their guides are guides only: nobody there takes cases in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from django.utils import timezone

from tongban.alignment import service as alignment
from tongban.demo import content, names
from tongban.demo.loading import Piece, hire
from tongban.demo.staffing import Post, Worker
from tongban.divisions import service as divisions
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.organisations import service as organisations

SEED = 20_260_301
HOME = "350102"  # whose items are the models
COUNTIES = (
    "350103", "350104", "350105", "350111", "350112", "350121", "350181", "350203", "350206", "350211",
    "350302", "350304", "350404", "350481", "350502", "350503", "350582", "350602", "350603", "350702",
    "350703", "350802", "350803", "350902", "350981",
)  # fmt: skip
SLUGS = (
    "food-business-licence", "individual-business-registration", "company-registration", "company-change",
    "simple-deregistration", "public-place-licence", "nurse-registration", "medical-institution",
    "residence-permit", "id-card-renewal", "hotel-permit", "hukou-move-spouse", "teacher-qualification",
    "school-licence", "hr-service-licence", "dispatch-licence", "entertainment-licence",
    "publication-retail", "hazardous-chemicals", "minimum-living", "old-age-allowance",
)  # fmt: skip
RENEWED = "company-change"  # its standard has just been changed: everybody lags
NEW_CONDITION = "经营范围使用国家市场监督管理总局发布的规范表述。"
FIRST_NUMBER = 200_000  # of the organisation codes of the counties' departments
LAGGING, VARYING, MENDED, FLAWED = 0.16, 0.3, 0.35, 0.12  # shares of the counties' guides
DAYS = 56  # of the trend
# How a county lags behind in a fixed element.
LAGS = ("statutory_days", "materials", "missing", "conditions", "legal_basis")
# What the guide rules have to say about some guides.
FLAWS: Sequence[content.Entry] = (
    {"address": "政务服务中心"},
    {"enquiry": "00000000"},
    {"enquiry": "见公告"},
    {"hours": ""},
    {"complaint": ""},
)
OLD_MATERIAL = {"key": "old-copy", "name": "申请人身份证复印件", "kind": "证照", "form": "1", "source": "10"}


def departments() -> Iterator[tuple[str, content.Entry, str]]:
    """Slug, the department of Gulou that is its model, and the county, for each county's departments."""
    models = sorted({entry["department"] for entry in models_of()})
    for county in COUNTIES:
        for model in models:
            yield f"{model.removesuffix('-gulou')}-{county}", content.department(model), county


def models_of() -> list[content.Entry]:
    """The items that the standards are taken from."""
    by_slug = {entry["slug"]: entry for entry in content.items()}
    return [by_slug[slug] for slug in SLUGS]


def load_departments() -> None:
    """The counties' departments, with invented credit codes."""
    for number, (slug, model, county) in enumerate(departments()):
        place = divisions.get(county).name
        organisations.ensure_department(
            slug,
            names.credit_code("11", county, FIRST_NUMBER + number),
            named(place, model["name"]),
            short_name=named(place, model["short_name"]),
            division=county,
            kind=model["kind"],
        )


def load_halls() -> None:
    """A hall in each county, so that everybody has one near."""
    for number, (county, (lon, lat)) in enumerate(content.county_halls().items()):
        place = divisions.get(county).name
        organisations.ensure_hall(
            f"{place}行政服务中心",
            county,
            address=f"{divisions.full_name(county)}行政服务中心一层综合窗口",
            hours="周一至周五 8:30—12:00，14:30—17:30（法定节假日除外）",
            phone=f"0590-{number:08d}",  # a block of numbers that no exchange assigns
            lon=lon,
            lat=lat,
        )


def named(place: str, name: str) -> str:
    """A department of Gulou's name, as it is called in another county; of the police with its own form."""
    return place + (name.partition("鼓楼区")[2] or "公安局")


def guide(model: content.Entry, county: str) -> content.Entry:
    """What a county made of a model: its own place and people, here behind, there varied."""
    random = Random(f"{SEED}:{model['slug']}:{county}")  # noqa: S311 (invented data, no secret)
    place = divisions.get(county).name
    kind = model["department"].removesuffix("-gulou")
    office = organisations.department_by_code(f"{kind}-{county}").short_name
    phone = f"0590-{random.randrange(100):08d}"  # a block of zeros that no exchange assigns
    own: content.Entry = {
        **{key: value for key, value in model.items() if key not in ("form", "process")},
        "slug": f"{model['slug']}-{county}",
        "department": f"{kind}-{county}",
        "division": county,
        "address": f"{place}行政服务中心综合窗口",
        "online_url": f"https://zwfw-{county}.example.com/",
        "enquiry": f"{office}：{phone}；24 小时咨询：12345",
        "complaint": f"12345 政务服务便民热线；{office}监督电话：{phone}",
        "faqs": model["faqs"][:1],
    }
    longer = min(random.randrange(1, 4), model["statutory_days"] - model["promised_days"])
    if random.random() < VARYING and longer > 0 and model["case_kind"] != 1:
        own |= _slower(model, longer)
    if random.random() < VARYING / 2:
        own |= {"visits": 1, "visits_reason": "需要到场核验原件"}
    if random.random() < VARYING / 2:
        own["online_depth"] = [1, 2, 3]
    if random.random() < FLAWED:
        own |= random.choice(FLAWS)
    if random.random() < LAGGING:
        own |= _lag(model, random.choice(LAGS))
    return own


def _slower(model: content.Entry, days: int) -> content.Entry:
    """A longer promise; its steps take as much longer."""
    steps = [dict(step) for step in model["steps"]]
    longest = max(steps, key=lambda step: int(step["limit_days"]))
    longest["limit_days"] += days
    return {"promised_days": model["promised_days"] + days, "steps": steps}


def _lag(model: content.Entry, how: str) -> content.Entry:
    """One fixed element as it was before the standard."""
    if how == "materials":
        return {how: [*model[how], OLD_MATERIAL]}
    if how == "missing" and len(model["materials"]) > 1:
        return {"materials": model["materials"][:-1]}
    if how in ("conditions", "legal_basis") and len(model[how]) > 1:
        return {how: model[how][:-1]}
    return {"statutory_days": model["statutory_days"] + 5}


def load_guides(slug: str) -> None:
    """Every county's guide of one item."""
    model = next(entry for entry in models_of() if entry["slug"] == slug)
    items.load_items([guide(model, county) for county in COUNTIES])


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody of the catalogue. Those with ``signs_in`` have the demo password."""

    login: str
    name: str
    role: str
    department: str
    division: str
    signs_in: bool = True


def hands() -> list[Hand]:
    """Who looks after the catalogue beside the people of :mod:`staffing`."""
    random = Random(SEED)  # noqa: S311 (invented data, no secret)
    found = [
        Hand("province", "苏敏", "item_editor", "shuju", "35"),
        Hand("province2", "何凯", "item_editor", "shuju", "35"),
        Hand("province-legal", "温岚", "legal", "shuju", "35"),
        Hand("editor2", "叶欣", "item_editor", "shichang-gulou", HOME),
        Hand("legal", "蔡明", "legal", "shichang-gulou", HOME),
        Hand("county", "江涛", "item_editor", "shichang-350104", "350104"),
        Hand("county2", "洪雪", "item_editor", "shichang-350104", "350104"),
        Hand("county-legal", "潘宁", "legal", "shichang-350104", "350104"),
    ]
    for county in COUNTIES:
        if county != "350104":
            name = names.person_name(random, random.random() < 0.5)
            slug = f"shichang-{county}"
            found.append(Hand(f"{slug}-editor", name, "item_editor", slug, county, signs_in=False))
    return found


def load_staff() -> None:
    """Accounts and posts of the catalogue's people."""
    for number, hand in enumerate(hands(), 1):
        post = Post(hand.role, hand.department, hand.division)
        worker = Worker(hand.login, hand.name, f"FJ8{number:04d}", hand.department, (post,))
        hire(worker, signs_in=hand.signs_in)


def somebody(login: str) -> Actor:
    """One of the demo's staff."""
    account = identity.find_account(login)
    assert account is not None, login
    return identity.own_actor(account)


def code_of(model: content.Entry) -> str:
    """The model's implementation code."""
    return f"{content.department(model['department'])['uscc']}{model['level']}{model['basic_code']}"


def load_standards() -> None:
    """A standard for each model, put in force by a second person; one of them changed since."""
    first, second, lawyer = somebody("province"), somebody("province2"), somebody("province-legal")
    for model in models_of():
        draft = alignment.draft_standard(first, code_of(model), note="按现行法律和省级部门要求制定")
        alignment.check_standard(lawyer, draft.id, passed=True, opinion="依据现行有效，要素完整")
        alignment.publish_standard(second, draft.id)
    model = next(entry for entry in models_of() if entry["slug"] == RENEWED)
    draft = alignment.draft_standard(first, code_of(model), note="经营范围改用规范表述")
    conditions = [*draft.elements["conditions"], NEW_CONDITION]
    alignment.edit_standard(first, draft.id, {"conditions": conditions}, draft.fixed)
    alignment.check_standard(lawyer, draft.id, passed=True)
    alignment.publish_standard(second, draft.id)
    alignment.rebuild()


def load_scores() -> None:
    """How it went over the last weeks: what is mended today still deviated then."""
    random = Random(SEED)  # noqa: S311 (invented data, no secret)
    today = timezone.localdate()
    days: dict[Any, dict[tuple[str, str], list[int]]] = {
        today - timedelta(days=n): {} for n in range(1, DAYS + 1)
    }
    columns = ("division", "department_name", "fixed_total", "deviating")
    for division, department, total, off in (
        alignment.Standing.objects.order_by("code").values_list(*columns).iterator()
    ):
        mended = today - timedelta(days=random.randrange(DAYS)) if random.random() < MENDED else None
        keys = [*((division[:length], "") for length in (2, 4, 6)), (division, department)]
        for day, sums in days.items():
            then = min(total, off + (mended is not None and day < mended))
            for key in keys:
                held = sums.setdefault(key, [0, 0, 0])
                held[0], held[1], held[2] = held[0] + 1, held[1] + total, held[2] + then
    alignment.put_scores({
        day: {key: (n, t, d) for key, (n, t, d) in sums.items()} for day, sums in days.items()
    })  # fmt: skip
    alignment.keep_day(today)


def load_corrections() -> None:
    """Requests to mend: open ones, one that is answered, one that is overdue."""
    asker = somebody("province")
    today = timezone.localdate()
    off = alignment.Standing.objects.filter(deviating__gt=0, department__code__startswith="shichang-")
    chosen = {row.division: row for row in off.order_by("-division", "code") if row.division in COUNTIES}
    wanted = [row for county in ("350104", "350103", "350203", "350502") if (row := chosen.get(county))]
    home = off.filter(division=HOME).first()
    for number, row in enumerate([*wanted, *([home] if home else [])]):
        asked_on = today - timedelta(days=30) if number == 1 else today - timedelta(days=2)
        asked = alignment.ask(
            asker,
            row.item_id,
            list(row.deviations),
            "请按新发布的标准改正，改好后发布",
            10,
            asked_on=asked_on,
        )
        if number == 2:
            login = f"shichang-{row.division}-editor"
            alignment.answer(somebody(login), asked.id, "正在走审核流程，本周内发布。")
    alignment.remind()


def load_versions() -> None:
    """A version in each state, at Gulou's market regulator and in Cangshan."""
    code = {model["slug"]: code_of(model) for model in models_of()}
    first, second, legal = somebody("editor"), somebody("editor2"), somebody("legal")

    def drafted(actor: Actor, slug: str, note: str, changes: dict[str, Any]) -> items.VersionDetail:
        draft = items.new_draft(actor, code[slug], note=note)
        return items.edit_draft(actor, draft.id, changes)

    drafted(
        first,
        "individual-business-registration",
        "补充周末办理时间",
        {"hours": "周一至周六 8:30—17:30", "address": "政务服务中心"},
    )
    waiting = drafted(second, "company-registration", "压缩承诺时限", {"promised_note": "材料齐全的当场办结"})
    items.submit_draft(second, waiting.id)
    passed = drafted(second, "simple-deregistration", "写明公告天数", {"promised_note": "不含公告的二十天"})
    items.submit_draft(second, passed.id)
    items.review(first, passed.id, reason="与总局公告一致")
    back = drafted(second, "food-business-licence", "核对监督电话", {"agencies": "食品经营许可科"})
    items.submit_draft(second, back.id)
    items.send_back(legal, back.id, "请补充机构职责的依据后再送审")
    _scheduled()


def _scheduled() -> None:
    """A version of Cangshan that has passed both reviews and waits for its day."""
    writer, colleague, legal = somebody("county"), somebody("county2"), somebody("county-legal")
    draft = items.take_over(writer, "simple-deregistration-350104", note="按标准修订，下月起施行")
    items.edit_draft(writer, draft.id, {"hours": "工作日 9:00—12:00，13:00—17:00；周六上午可以办"})
    items.submit_draft(writer, draft.id)
    items.review(colleague, draft.id)
    items.review(legal, draft.id)
    items.publish(writer, draft.id, effective_from=timezone.localdate() + timedelta(days=14))


def pieces() -> Iterator[Piece]:
    """The catalogue in the order in which it can be loaded; items and accounts are there already."""
    yield Piece("catalogue:departments", "区县部门", load_departments)
    yield Piece("catalogue:halls", "区县大厅", load_halls)
    yield Piece("catalogue:staff", "目录管理人员", load_staff)
    for slug in SLUGS:
        yield Piece(f"catalogue:guides:{slug}", "区县实施清单", partial(load_guides, slug))
    yield Piece("catalogue:search", "搜索索引", items.rebuild_search)
    yield Piece("catalogue:standards", "基本目录标准", load_standards)
    yield Piece("catalogue:corrections", "改正要求", load_corrections)
    yield Piece("catalogue:versions", "事项版本", load_versions)
    yield Piece("catalogue:scores", "对标趋势", load_scores)


__all__: Sequence[str] = ("COUNTIES", "HOME", "SLUGS", "guide", "hands", "models_of", "pieces")
