"""Whatever a guide says, the national table says it too: exported and taken in again it is equal."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongban.items import service as items
from tongban.items.content import Prepared, problems
from tongban.items.importing.cleaning import text_of
from tongban.items.storing import store
from tongban.items.tests.test_exchange import emptied, sheet
from tongban.kit.actors import SYSTEM

CODES = (
    "11440000006940116U2440102002003",
    "11440000006940116U2440102002004",
    "11440000006940116U244010200200A",
)
# What people type, and what spreadsheets and separators could take amiss.
LETTERS = st.sampled_from(list("教材审批 a1=+-@'\"|,;[]{}&<>\n，。（）\u3000é𠮷"))
# Texts as imports leave them: markup is taken out on the way in.
TEXT = st.text(LETTERS, max_size=24).map(text_of).filter(lambda text: text_of(text) == text)
NAME = TEXT.filter(bool)
WORDS = st.lists(NAME, max_size=3)
DAYS = st.none() | st.integers(0, 400)
FLAG = st.none() | st.booleans()
COLUMNS = st.fixed_dictionaries(
    {"name": NAME, "type_code": st.sampled_from(["01", "07", "20"])},
    optional={
        "summary": TEXT, "conditions": WORDS, "keywords": WORDS, "themes": WORDS, "flow": TEXT,
        "statutory_days": DAYS, "promised_days": DAYS,
        "promised_unit": st.sampled_from(["working", "calendar"]),
        "appointment": FLAG, "delivery": FLAG, "visits": st.integers(0, 9), "address": TEXT,
        "service_objects": st.lists(st.sampled_from("1239"), unique=True, max_size=3),
        "legal_basis": st.lists(
            st.fixed_dictionaries({"law": NAME, "article": TEXT, "text": TEXT}), max_size=2
        ),
        "extra": st.dictionaries(NAME, NAME, max_size=2),
    },
)  # fmt: skip
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "materials": st.lists(
            st.fixed_dictionaries({"name": NAME, "filling": TEXT, "licence_types": WORDS}), max_size=3
        ).map(lambda rows: [{"key": f"m{n}", **row} for n, row in enumerate(rows)]),
        "fees": st.lists(
            st.fixed_dictionaries({"name": NAME, "amount_fen": st.integers(0, 10**9), "basis": TEXT}),
            max_size=2,
        ),
        "steps": st.lists(
            st.fixed_dictionaries({
                "name": NAME, "kind": st.sampled_from(["accept", "review", "decide", "deliver"]),
                "role": st.just("clerk"), "limit_days": DAYS,
            }), max_size=3,
        ),
        "faqs": st.lists(st.fixed_dictionaries({"question": NAME, "answer": NAME}), max_size=2),
    },
)  # fmt: skip


def prepared(code: str, columns: dict[str, Any], parts: dict[str, list[dict[str, Any]]]) -> Prepared:
    head = {
        "code": code, "code_system": "national", "state": "1", "department_uscc": code[:18], "level": "2",
        "department_name": "广东省教育厅", "division": "44",
    }  # fmt: skip
    return Prepared(head, {}, columns, parts)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_comes_back_equal(tmp_path: Path, form: str) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(guides=st.lists(st.tuples(COLUMNS, PARTS), min_size=1, max_size=3))
    def holds(guides: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        emptied()
        batch = [prepared(code, *guide) for code, guide in zip(CODES, guides, strict=False)]
        assert not [problem for one in batch for problem in problems(one)]
        store(batch, SYSTEM, source="national")
        first, second = tmp_path / f"a.{form}", tmp_path / f"b.{form}"
        assert items.export_file(SYSTEM, first, form=form) == len(batch)
        again = items.import_file(SYSTEM, first, "national", report_folder=tmp_path)
        assert (again.read, again.unchanged) == (len(batch), len(batch)), again.findings
        emptied()
        made = items.import_file(SYSTEM, first, "national", report_folder=tmp_path)
        assert (made.rejected, made.imported + made.flagged) == (0, len(batch)), made.findings
        items.export_file(SYSTEM, second, form=form)
        same = first.read_bytes() == second.read_bytes() if form == "csv" else sheet(first) == sheet(second)
        assert same

    holds()
