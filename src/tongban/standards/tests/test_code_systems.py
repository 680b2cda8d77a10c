"""The tables and the deviations of real local data."""

import json
import os
from pathlib import Path

import pytest

from tongban.standards import code_systems

SHARED = Path(os.environ.get("TONGBAN_SHARED", Path(__file__).resolve().parents[5] / "shared"))


def test_real_local_types_and_levels_reach_the_national_table() -> None:
    types, levels = code_systems.system("item_type"), code_systems.system("level")
    for line in (SHARED / "data" / "guangdong-items.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        national = types.to_national("guangdong", row["TASK_TYPE"])
        assert national is not None
        assert types.label(national) == row["TASK_TYPE_TEXT"]
        assert levels.to_national("guangdong", row["matter_level"]) in ("2", "3")


def test_a_local_code_may_mean_another_national_one() -> None:
    types = code_systems.system("item_type")
    assert types.to_national("guangdong", "20") == "10"
    assert types.to_national("", "20") == "20"
    assert types.to_local("guangdong", "20") == "21"
    assert types.to_national("guangdong", "77") is None


@pytest.mark.parametrize(("profile", "number"), [("gbt39046", "1"), ("descending", "5")])
def test_ratings_are_kept_by_name_whichever_way_numbers_run(profile: str, number: str) -> None:
    rating = code_systems.system("rating")
    assert rating.to_national(profile, number) == "very_good"
    assert rating.to_local(profile, "very_good") == number


def test_unknown_codes_label_themselves() -> None:
    assert code_systems.label("case_kind", "1") == "即办件"
    assert code_systems.label("case_kind", "8") == "8"
