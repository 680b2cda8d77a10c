"""Every document: typeset from data, with nothing of the data evaluated."""

import io
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tongban.documents import service
from tongban.documents.templates import TEMPLATES
from tongban.kit.errors import Invalid

DAY = date(2026, 3, 12)
LETTER: dict[str, Any] = {
    "department": "福州市鼓楼区市场监督管理局", "number": "鼓市监〔2026〕12号", "date": DAY,
    "recipient": "福州闽味轩餐饮有限公司", "item": "食品经营许可证核发", "case_number": "350102202603120001",
    "check_url": "http://localhost:8000/check/abc/", "contact": "0591-12345",
}  # fmt: skip
OWN: dict[str, dict[str, Any]] = {
    "receipt": {
        "received_at": datetime(2026, 3, 12, 9, 30),
        "materials": [{"name": "营业执照", "means": "电子证照"}],
    },
    "supplement": {"received_on": DAY, "missing": [{"name": "经营场所证明", "problem": "与执照地址不一致"}]},
    "acceptance": {"accepted_on": DAY, "days_total": 8, "due_on": date(2026, 3, 24)},
    "refusal": {"received_on": DAY, "reasons": ["不属于本机关职权范围"]},
    "special_procedure": {"kind": "现场核查", "reason": "核实布局", "starts_on": DAY, "days": 5},
    "extension": {"reason": "案情复杂", "days": 10, "due_on": date(2026, 4, 7)},
    "decision": {"granted": False, "accepted_on": DAY, "reasons": ["场所不符合条件"]},
    "conclusion": {"concluded_on": DAY, "outcome": "准予许可", "results": ["食品经营许可证"]},
}
FACE: dict[str, Any] = {
    "title": "食品经营许可证", "number": "鼓市监〔2026〕第000001号", "identifier": "1.2.156.3005.2.X",
    "department": LETTER["department"], "date": DAY, "holder": "福州闽味轩餐饮有限公司",
    "lines": [{"label": "经营场所", "value": "南后街88号"}], "valid_from": DAY, "valid_to": None,
    "check_url": "http://localhost:8000/check/abc/",
}  # fmt: skip
LISTED: dict[str, Any] = {
    "item": "食品经营许可", "department": LETTER["department"], "date": DAY, "kept_until": DAY,
    "answers": [{"label": "店面是谁的？", "value": "租的"}], "fee": "不收费", "limit": "8个工作日",
    "materials": [{"name": "平面图"}, {"name": "健康证明", "note": "您有电子证照", "struck": True}],
    "check_url": "http://localhost:8000/guidance/results/abc/",
}  # fmt: skip
SAMPLES = {name: {**LETTER, **own} for name, own in OWN.items()} | {"licence": FACE, "guidance": LISTED}
SAYS = {
    "receipt": ["收件凭证", "营业执照", "2026年3月12日09:30", "第三十二条"],
    "supplement": ["一次性补正告知书", "经营场所证明", "与执照地址不一致"],
    "acceptance": ["受理通知书", "8个工作日", "2026年3月24日"],
    "refusal": ["不予受理决定书", "不属于本机关职权范围", "行政复议", "人民法院"],
    "special_procedure": ["特别程序告知书", "现场核查", "5个工作日", "第四十五条"],
    "extension": ["延长办理期限告知书", "案情复杂", "2026年4月7日", "第四十二条"],
    "decision": ["不予行政许可决定书", "场所不符合条件", "行政复议", "第三十八条"],
    "conclusion": ["办结通知书", "准予许可", "食品经营许可证"],
    "guidance": ["办事清单", "平面图", "您有电子证照", "租的"],
    "licence": ["食品经营许可证", "南后街88号", "长期", "1.2.156.3005.2.X"],
}


def words(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return "".join(text.split())


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_document_says_what_it_must(template: str) -> None:
    pdf = service.render(template, SAMPLES[template])
    text = words(pdf)
    for expected in [*SAYS[template], LETTER["department"], "2026年3月12日"]:
        assert expected in text, (template, expected)


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_documents_are_archival_and_accessible(template: str) -> None:
    reader = PdfReader(io.BytesIO(service.render(template, SAMPLES[template])))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata.replace('"', "")
    assert "pdfuaid:part" in metadata
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_grant_reads_differently() -> None:
    text = words(
        service.render("decision", {**SAMPLES["decision"], "granted": True, "licence_name": "食品经营许可证"})
    )
    assert "准予行政许可决定书" in text
    assert "不予行政许可" not in text


def test_the_sandbox_says_that_nothing_holds(settings: Any) -> None:
    settings.SANDBOX = True
    assert "演示环境" in words(service.render("receipt", SAMPLES["receipt"]))
    settings.SANDBOX = False
    assert "演示环境" not in words(service.render("receipt", SAMPLES["receipt"]))


HOSTILE = '#panic("x") #read("/etc/passwd") $x^2$ *b* _i_ `c` = h\\ "]) <script>'


def test_typst_code_in_user_text_is_only_text() -> None:
    text = words(
        service.render("refusal", {**SAMPLES["refusal"], "reasons": [HOSTILE], "recipient": HOSTILE})
    )
    assert text.count("".join(HOSTILE.split())) == 2


@given(value=st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
@example('#import "letter.typ": *')
@example('"}')
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_typeset(value: str) -> None:
    assert service.render("refusal", {**SAMPLES["refusal"], "reasons": [value]}).startswith(b"%PDF")


def test_rare_characters_are_told_and_not_lost() -> None:
    data = {**SAMPLES["refusal"], "recipient": "张\U0003134a\u200b三\U0001f600"}
    assert "张〓（U+3134A）三〓（U+1F600）" in words(service.render("refusal", data))


@pytest.mark.parametrize(
    ("template", "change"),
    [
        ("receipt", {"materials": "none"}),
        ("receipt", {"surprise": 1}),
        ("decision", {"granted": "yes"}),
        ("acceptance", {"due_on": "2026-02-30"}),
        ("nothing", {}),
    ],
)
def test_data_that_does_not_fit_is_refused(template: str, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        service.render(template, {**SAMPLES.get(template, {}), **change})


def test_long_documents_go_on_over_pages() -> None:
    missing = [{"name": f"材料{i}", "problem": "请补充" * 30} for i in range(40)]
    reader = PdfReader(
        io.BytesIO(service.render("supplement", {**SAMPLES["supplement"], "missing": missing}))
    )
    assert len(reader.pages) > 2
    assert f"共{len(reader.pages)}页" in "".join(reader.pages[-1].extract_text().split())


def test_the_same_data_and_time_give_the_same_bytes() -> None:
    at = datetime.fromisoformat("2026-03-12T09:30:00+08:00")
    first, second = (service.render("receipt", SAMPLES["receipt"], made_at=at) for _ in range(2))
    assert first == second
