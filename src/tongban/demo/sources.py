"""What the demo's departments send to the resource centre: sources with their cycles, some of them late,
files with rows that wait to be repaired, and by which document each datum has its source.

The files are made here from what the departments hold already, so that reading them changes nobody's data.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tongban.demo import loading, people
from tongban.demo.loading import Piece
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM, Actor
from tongban.organisations import service as organisations
from tongban.resources import service as resources

FIRST, ROWS = 900, 24  # persons of the files: nobody a story is about


@dataclass(frozen=True, slots=True)
class Feed:
    """One source. ``columns``: column → (element, cleaning rule, date format). ``days``: since it came."""

    slug: str
    name: str
    department: str
    cycle: str
    days: float
    columns: Mapping[str, tuple[str, ...]]
    way: str = "file"
    kind: str = "person"
    layout: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    encoding: str = "utf-8"


FEEDS = (
    Feed("renkou", "常住人口登记", "gongan", "daily", 0.4, {
        "XM": ("person.name", "name"), "XB": ("person.sex", "sex"),
        "CSRQ": ("person.birth_date", "date", "%Y%m%d"), "MZ": ("person.ethnicity", "text"),
        "XZZ": ("person.address", "address"), "SJH": ("person.phone", "phone"),
    }, layout={"id": "GMSFHM", "as_of": "GXSJ", "date": "%Y%m%d"}, file="常住人口.csv", encoding="gb18030"),
    Feed("hunyin", "婚姻登记", "minzheng", "weekly", 16, {
        "姓名": ("person.name", "name"), "婚姻状况": ("person.marital_status", "text"),
        "配偶": ("person.spouse_name", "name"), "住址": ("person.address", "address"),
    }, layout={"id": "身份证号"}, file="婚姻登记.csv"),
    Feed("shebao", "社会保险参保", "renshe", "monthly", 59, {
        "姓名": ("person.name", "name"), "学历": ("person.education", "text"),
        "社保号": ("person.social_security_no", "text"), "手机": ("person.phone", "phone"),
    }, layout={"id": "社会保障号码"}, file="参保人员.csv"),
    Feed("gongjijin", "住房公积金", "zhufang", "monthly", 11, {
        "姓名": ("person.name", "name"), "账号": ("person.housing_fund_no", "text"),
        "余额": ("person.housing_fund_balance", "money"),
    }, layout={"id": "证件号码"}, file="公积金账户.csv"),
    Feed("qiye", "企业登记", "shichang", "realtime", 0.02, {
        "ENTNAME": ("legal.name", "name"), "DOM": ("legal.address", "address"),
        "LEREP": ("legal.representative", "name"), "STAFF": ("legal.staff_count", "number"),
    }, way="push", kind="legal"),
    Feed("nashui", "纳税信用", "shuiwu", "quarterly", 60, {
        "纳税人名称": ("legal.name", "name"), "信用等级": ("legal.tax_credit", "text"),
    }, way="database", kind="legal", layout={"id": "统一社会信用代码"}),
)  # fmt: skip
# Invented documents; the last one of each pair says which elements it is about.
DOCUMENTS = (
    ("gongan", "闽数规〔2025〕3号", date(2025, 3, 10), ("person.name", "person.id_number", "person.sex",
     "person.birth_date", "person.ethnicity", "person.hukou_address", "person.address", "person.phone")),
    ("minzheng", "闽数规〔2025〕3号", date(2025, 3, 10), ("person.marital_status", "person.spouse_name")),
    ("renshe", "闽数规〔2025〕8号", date(2025, 6, 2), ("person.education", "person.employer",
     "person.social_security_no", "person.social_security_state")),
    ("zhufang", "闽数规〔2025〕8号", date(2025, 6, 2), ("person.housing_fund_no",
     "person.housing_fund_balance")),
    ("shichang", "闽数规〔2025〕11号", date(2025, 9, 15), ("legal.name", "legal.uscc", "legal.type",
     "legal.address", "legal.representative", "legal.capital", "legal.established", "legal.scope",
     "legal.state")),
    ("shuiwu", "闽数规〔2025〕11号", date(2025, 9, 15), ("legal.tax_credit",)),
)  # fmt: skip


def _who(login: str) -> Actor:
    account = identity.find_account(login)
    assert account is not None
    return identity.own_actor(account)


def load(feed: Feed) -> None:
    """Set a source up and hand over what it last sent."""
    department = organisations.department_by_code(feed.department)
    mapping: dict[str, Any] = {}
    for column, how in feed.columns.items():
        mapping[column] = dict(zip(("element", "clean", "date"), how, strict=False))
    source = resources.ensure_source(
        SYSTEM, feed.slug, feed.name, department.id, way=feed.way, cycle=feed.cycle, kind=feed.kind,
        mapping=mapping, layout=feed.layout,
    )  # fmt: skip
    received = timezone.now() - timedelta(days=feed.days)
    if feed.way == "file":
        content = _file(feed, received.date()).encode(feed.encoding)
        made = resources.land_file(
            _who(f"{feed.department}-steward"), feed.slug, SimpleUploadedFile(feed.file, content),
            as_of=received, received_at=received,
        )  # fmt: skip
        resources.read_snapshot(made.id)
        return
    for number, firm in enumerate(loading.everybody().enterprises[20:28]):
        owner = loading.everybody().persons[firm.owner]
        held = {e: v for source, e, v in people.said_of_enterprise(firm, owner) if source == feed.department}
        fields = {c: held.get(how[0]) for c, how in feed.columns.items()}
        if number == 7 and feed.way == "push":
            fields["STAFF"] = "约五十人"
        change = resources.Change(f"demo-{number}", number, firm.uscc, "upsert", received, fields)
        resources.take_change(source, change, received_at=received)


def _file(feed: Feed, day: date) -> str:
    """The file of a source: rows of persons it holds, the last few with the usual mistakes."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    layout = feed.layout
    extra = [layout["as_of"]] if layout.get("as_of") else []
    table.writerow([layout["id"], *feed.columns, *extra])
    last = f"{day - timedelta(days=1):%Y%m%d}"
    written = 0
    for person in loading.everybody().persons[FIRST:]:
        held = {e: v for source, e, v in people.said_of_person(person) if source == feed.department}
        if not held:
            continue
        cells = [_cell(how, held.get(how[0])) for how in feed.columns.values()]
        number = person.id_number
        written += 1
        if written == ROWS - 6:
            number = number[:-1]
        if written == ROWS - 3:
            number = person.id_number[:6] + "19991332" + person.id_number[14:]
        if written == ROWS - 1 and feed.slug == "renkou":
            cells[2], cells[5] = "19900230", "未登记"
        if written == ROWS - 1 and feed.slug == "gongjijin":
            cells[2] = "约3000"
        table.writerow([number, *cells, *([last] if extra else [])])
        if written == ROWS:
            break
    return out.getvalue()


def _cell(how: tuple[str, ...], value: object) -> str:
    """A value as the department's own system writes it."""
    if value is None:
        return ""
    if how[1] == "date":
        return str(value).replace("-", "")
    if how[1] == "money":
        assert isinstance(value, int)
        return f"{value / 100:,.2f}"
    if how[1] == "sex":
        return "男" if value == "1" else "女"
    return str(value)


def decide() -> None:
    """By which document each datum has its source; one of them was another department's before."""
    office = _who("steward")
    renshe = organisations.department_by_code("renshe")
    resources.decide_source(
        office, "person.phone", renshe.id, "闽政数〔2021〕12号", date(2021, 12, 1), "demo:first"
    )  # fmt: skip
    for slug, document, day, codes in DOCUMENTS:
        department = organisations.department_by_code(slug)
        for code in codes:
            resources.decide_source(
                office, code, department.id, document, day, f"demo:{code}", replace=True
            )  # fmt: skip


def repair() -> None:
    """The police's steward has given up one row; the rest wait for a visitor."""
    steward = _who("gongan-steward")
    for row in list(resources.quarantine(steward, "renkou"))[:1]:
        resources.discard(steward, "renkou", row.id, "号码无法核实，已退回派出所重新采集")


def pieces() -> Iterator[Piece]:
    """One piece for each source, then the decisions."""
    for feed in FEEDS:
        yield Piece(f"sources:{feed.slug}", f"数据源：{feed.name}", partial(load, feed))
    yield Piece("sources-decided", "一数一源", decide)
    yield Piece("sources-repaired", "数据源：修正", repair)
