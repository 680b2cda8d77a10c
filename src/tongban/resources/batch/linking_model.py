"""The model of linking (Fellegi and Sunter's, by Splink): how likely it is that a row is about a person.

What each agreement weighs is learnt from the departments' own rows with valid numbers, for the numbers say
who is whom: how often rows agree with what the other departments say about the same person (m), and with
what is said about other people (u). Only the damaged number, which rows with valid numbers cannot teach, has
fixed weights; and where a place has too few rows, or a degree of agreement never occurred, the weights of
:data:`COMPARISONS` stand in. They were learnt from the invented provinces of seeds 1 and 5.
"""

import logging
from dataclasses import dataclass
from typing import Any

import duckdb

from tongban.resources.batch import linking_sql

TEACHERS = 2_500  # persons whose rows teach what agreement is; as many others teach what chance is
ENOUGH = 500  # below this many persons the weights as written are better than learnt ones
CHANCE_PAIRS = 1.5e6  # pairs of strangers looked at: what is seen once in a million is seen
# Of all rows, the share that holds one name: above these a name is common, or very common.
COMMON, VERY_COMMON = 1e-5, 2e-4
_SEED = 4


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement: its condition, and how often it holds of one person and of strangers.

    The first level of a comparison has neither: nothing is said there.
    """

    label: str
    condition: str
    same: float | None = None
    strangers: float | None = None


COMPARISONS: dict[str, tuple[Level, ...]] = {
    "name": (
        Level("not said", "flat_l IS NULL OR flats_r IS NULL"),
        Level("the same, rare", "common_l = 0 AND list_contains(flats_r, flat_l)", 0.4, 4e-6),
        Level("the same, common", "common_l = 1 AND list_contains(flats_r, flat_l)", 0.57, 1.5e-5),
        Level("the same, very common", "common_l = 2 AND list_contains(flats_r, flat_l)", 0.02, 3e-6),
        Level("sounds the same", "list_contains(sounds_r, sound_l)", 4e-3, 1e-5),
        Level("characters turned", "list_contains(turns_r, turn_l)", 1.5e-3, 1e-5),
        Level("one character differs", "list_has_any(slips_r, slips_l)", 2e-4, 3e-3),
        Level("differs", "ELSE", 1e-4, 0.997),
    ),
    "born": (
        Level("not said", "born_l IS NULL"),
        Level("the same", "born_l = person_born_r", 0.998, 3.5e-5),
        Level("two digits differ", "born_is_near(born_l, person_born_r)", 1.5e-3, 0.018),
        Level("differs", "ELSE", 5e-4, 0.98),
    ),
    "sex": (
        Level("not said", "sex_l IS NULL"),
        Level("the same", "sex_l = person_sex_r", 0.999, 0.5),
        Level("differs", "ELSE", 1e-3, 0.5),
    ),
    "phone": (
        Level("not said", "phone_l IS NULL OR phones_r IS NULL"),
        Level("the same", "list_contains(phones_r, phone_l)", 0.935, 1e-6),
        Level("two digits differ", "phone_is_near(phones_r, phone_l)", 4e-3, 3e-4),
        Level("differs", "ELSE", 0.06, 0.9997),
    ),
    "address": (
        Level("not said", "address_l IS NULL OR addresses_r IS NULL"),
        Level("the same", "list_contains(addresses_r, address_l)", 0.93, 1e-6),
        Level("differs", "ELSE", 0.07, 0.999),
    ),
    "employer": (
        Level("not said", "employer_l IS NULL OR employers_r IS NULL"),
        Level("the same", "list_contains(employers_r, employer_l)", 0.915, 1.6e-5),
        Level("differs", "ELSE", 0.085, 0.999),
    ),
}
# Never learnt. Of damaged numbers nearly all have one slip. Strangers' numbers are this near where they come
# from one county and one day, and were given out one after the other: to twins above all.
NUMBER = (
    Level("not said", "number_l IS NULL"),
    Level("one slip", f"number_off(number_l, id_number_r) <= {linking_sql.ONE_SLIP}", 0.9, 1e-7),
    Level("two slips", f"number_off(number_l, id_number_r) = {linking_sql.TWO_SLIPS}", 0.07, 1e-6),
    Level("differs", "ELSE", 0.03, 0.999),
)


def _settings(weights: dict[str, tuple[Level, ...]], chance: float) -> dict[str, Any]:
    """Splink's settings."""
    comparisons = []
    for name, levels in weights.items():
        said: list[dict[str, Any]] = [
            {"sql_condition": levels[0].condition, "label_for_charts": levels[0].label, "is_null_level": True}
        ]
        for level in levels[1:]:
            one = {"sql_condition": level.condition, "label_for_charts": level.label}
            said.append({**one, "m_probability": level.same, "u_probability": level.strangers})
        comparisons.append({"output_column_name": name, "comparison_levels": said})
    return {
        "link_type": "link_only",
        "unique_id_column_name": "unique_id",
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [],
        "probability_two_random_records_match": chance,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _linker(
    connection: duckdb.DuckDBPyConnection, tables: tuple[str, str], settings: dict[str, Any], pairs: str = ""
) -> Any:
    """Splink's linker of rows with persons, told the ``pairs`` to score.

    Splink is imported here: that takes half a second, which nobody else should pay.
    """
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=connection)
    # Splink compares the table that comes first by its name with the other.
    rows = api.register(tables[0], dataset_display_name=linking_sql.ROWS)
    persons = api.register(tables[1], dataset_display_name=linking_sql.PERSONS)
    linker = Linker([rows, persons], settings, log_level=None)
    if pairs:
        linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
    return linker


def learn(
    connection: duckdb.DuckDBPyConnection, rows: str, others: str, strangers: str
) -> dict[str, tuple[Level, ...]]:
    """The weights, from teaching tables in the shape of :func:`scored`'s.

    :param rows: rows with valid numbers, ``label`` naming person and department
    :param others: what the other departments say about the same persons, with the same ``label``
    :param strangers: other persons
    """
    settings = _settings(COMPARISONS, 0.0001)
    alike = _linker(connection, (rows, others), settings)
    alike.training.estimate_m_from_label_column("label")
    apart = _linker(connection, (rows, strangers), settings)
    apart.training.estimate_u_using_random_sampling(
        max_pairs=CHANCE_PAIRS, seed=_SEED, min_count_per_level=None, num_chunks=1
    )
    same, chance = alike.misc.save_model_to_json(), apart.misc.save_model_to_json()
    for linker in (alike, apart):
        linker.table_management.delete_tables_created_by_splink_from_db()
    learnt = {}
    for n, (name, levels) in enumerate(COMPARISONS.items()):
        found = zip(
            levels,
            same["comparisons"][n]["comparison_levels"],
            chance["comparisons"][n]["comparison_levels"],
            strict=True,
        )
        learnt[name] = tuple(
            Level(level.label, level.condition, _known(m, "m", level.same), _known(u, "u", level.strangers))
            for level, m, u in found
        )
    return learnt


def _known(level: dict[str, Any], which: str, otherwise: float | None) -> float | None:
    """What was learnt of one level, or the weight as written where it never occurred."""
    found = level.get(f"{which}_probability")
    return found if isinstance(found, float) and 0 < found < 1 else otherwise


def score(
    connection: duckdb.DuckDBPyConnection,
    weights: dict[str, tuple[Level, ...]],
    persons: int,
    tables: tuple[str, str, str],
) -> None:
    """Write the table ``scored``: ``n``, ``key``, ``odds`` that the row is about the person and nobody else.

    :param persons: how many there are in all: the more, the more likely chance is
    :param tables: rows, persons, and the pairs to look at, in Splink's shapes
    """
    rows, others, pairs = tables
    settings = _settings({**weights, "number": NUMBER}, 1 / max(persons, 2))
    linker = _linker(connection, (rows, others), settings, pairs)
    found = linker.inference.predict()
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE scored AS SELECT CAST(unique_id_l AS BIGINT) AS n, "
        "CAST(unique_id_r AS BIGINT) AS key, pow(2, least(match_weight, 200)) AS odds "
        f"FROM {found.physical_name}"
    )
    linker.table_management.delete_tables_created_by_splink_from_db()
