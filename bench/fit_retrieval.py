"""Fit the weights of retrieval on the tuning questions; writes `items/searching/weights.json`.

Both parts of `data/questions.jsonl` and `data/unanswerable.jsonl` are used, the fresh files never. The
ranking is a linear sum of the figures of each item, fitted by maximum likelihood of the right item among the
nearest ones (a softmax over them) with a quadratic penalty; sureness is a logistic regression over whether
the question is one that an item answers. Both are plain gradient descent, a minute of it, so no library is
needed. Cross-validation is told beside; what is written is fitted on all. Everyday words were added by
looking at these same questions, so even the cross-validated figures are on the kind side.

    python bench/fit_retrieval.py          fits on a database of its own
    python bench/fit_retrieval.py here     fits on the items of DATABASE_URL
"""

import json
import math
import random
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from import_rows import REAL, ROOT, SHARED, empty, scratch_database
from retrieval import lines, titles

WEIGHTS = ROOT / "src/tongban/items/searching/weights.json"
NEAREST = 50  # items a right one has to be told from
FOLDS = 5
PENALTY, STEPS, PACE = 0.02, 120, 0.8
Rows = list[tuple[bool, tuple[float, ...]]]


def _asked(question: str) -> Any:
    from tongban.items.searching.retrieving import asking_of

    return asking_of(question)


def gather(questions: Sequence[dict[str, Any]]) -> list[Rows]:
    """For each question its nearest items: whether right, and their figures."""
    from tongban.items.searching.retrieving import nearest
    from tongban.items.searching.words import same_matter

    sets = []
    for question in questions:
        good = {same_matter(title) for title in question["titles"]}
        near = nearest(_asked(question["question"]))
        rows = [(same_matter(one.name) in good, one.like.marks) for one in near]
        sets.append([row for n, row in enumerate(rows) if n < NEAREST or row[0]])
    return sets


def spread(sets: Sequence[Rows]) -> list[float]:
    """How far each figure scatters inside a question, so that one pace fits all."""
    width = len(next(rows[0][1] for rows in sets if rows))
    found = []
    for k in range(width):
        total = count = 0.0
        for rows in sets:
            if rows:
                mean = sum(row[1][k] for row in rows) / len(rows)
                total += sum((row[1][k] - mean) ** 2 for row in rows)
                count += len(rows)
        found.append(math.sqrt(total / max(count, 1)) or 1.0)
    return found


def fit_ranking(sets: Sequence[Rows], scale: Sequence[float]) -> list[float]:
    """Weights under which the right item is the likeliest of the nearest."""
    usable = [
        [(good, [mark / s for mark, s in zip(marks, scale, strict=True)]) for good, marks in rows]
        for rows in sets
        if any(good for good, _ in rows) and not all(good for good, _ in rows)
    ]
    weights = [0.5] * len(scale)
    for _ in range(STEPS):
        slope = [PENALTY * one for one in weights]
        for rows in usable:
            scores = [sum(w * m for w, m in zip(weights, marks, strict=True)) for _, marks in rows]
            top = max(scores)
            odds = [math.exp(score - top) for score in scores]
            whole = sum(odds)
            right = sum(o for o, (good, _) in zip(odds, rows, strict=True) if good)
            for o, (good, marks) in zip(odds, rows, strict=True):
                pull = (o / whole - (o / right if good else 0.0)) / len(usable)
                if abs(pull) > 1e-9:
                    for k, mark in enumerate(marks):
                        slope[k] += pull * mark
        weights = [w - PACE * s for w, s in zip(weights, slope, strict=True)]
    return [w / s for w, s in zip(weights, scale, strict=True)]


def first_right(sets: Sequence[Rows], weights: Sequence[float], most: int = 1) -> float:
    """Share of questions with a right item among the first ``most``."""
    hits = 0
    for rows in sets:
        best = sorted(rows, key=lambda row: -sum(w * m for w, m in zip(weights, row[1], strict=True)))
        hits += any(good for good, _ in best[:most])
    return hits / len(sets)


def folds(count: int) -> list[list[int]]:
    order = list(range(count))
    random.Random(7).shuffle(order)  # a fixed split, nothing secret
    return [order[n::FOLDS] for n in range(FOLDS)]


def fit_sureness(rows: Sequence[tuple[float, tuple[float, ...]]], weight_of_no: float) -> list[float]:
    """Bias and weights of a logistic regression."""
    width = len(rows[0][1])
    weights = [0.0] * (width + 1)
    total = sum(1.0 if label else weight_of_no for label, _ in rows)
    for _ in range(1500):
        slope = [0.0, *(0.002 * one for one in weights[1:])]
        for label, figures in rows:
            z = weights[0] + sum(w * f for w, f in zip(weights[1:], figures, strict=True))
            off = (1 / (1 + math.exp(-z)) - label) * (1.0 if label else weight_of_no) / total
            slope[0] += off
            for k, one in enumerate(figures):
                slope[k + 1] += off * one
        weights = [w - 4.0 * s for w, s in zip(weights, slope, strict=True)]
    return weights


def sure_rows(part: Sequence[dict[str, Any]]) -> list[tuple[float, tuple[float, ...]]]:
    """For each question whether it can be answered, and the figures of the best item."""
    from tongban.items.searching.retrieving import figures, nearest

    rows = []
    for question in part:
        asking = _asked(question["question"])
        if near := nearest(asking):
            rows.append((1.0 if titles(question) else 0.0, figures(asking, near)))
    return rows


def _use(weights: dict[str, Any]) -> None:
    from tongban.items.searching import likeness

    WEIGHTS.write_text(json.dumps(weights, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    likeness.weights.cache_clear()
    likeness.ranking.cache_clear()


def fit() -> None:
    from tongban.items.searching import likeness

    questions = lines("questions.jsonl")
    hopeless = lines("unanswerable.jsonl")
    said: dict[str, Any] = {}
    for _ in range(2):  # the nearest items of the second round are those of the first round's weights
        sets = gather(questions)
        scale = spread(sets)
        said = {"reachable": round(sum(any(g for g, _ in rows) for rows in sets) / len(sets), 3)}
        firsts, fives = 0.0, 0.0
        for fold in folds(len(sets)):
            apart = set(fold)
            learnt = fit_ranking([rows for n, rows in enumerate(sets) if n not in apart], scale)
            firsts += first_right([sets[n] for n in fold], learnt) * len(fold)
            fives += first_right([sets[n] for n in fold], learnt, 5) * len(fold)
        said["recall@1, five-fold"] = round(firsts / len(sets), 3)
        said["recall@5 counting copies, five-fold"] = round(fives / len(sets), 3)
        found = fit_ranking(sets, scale)
        said["recall@1, all"] = round(first_right(sets, found), 3)
        print(said, [round(one, 3) for one in found])
        ranking = {name: round(one, 4) for name, one in zip(likeness.RANKING, found, strict=True)}
        _use({**likeness.weights(), "ranking": ranking})
    rows = sure_rows([*questions, *hopeless])
    learnt = fit_sureness(rows, len(questions) / len(hopeless))
    data = {
        "made": f"bench/fit_retrieval.py on {len(questions)} + {len(hopeless)} tuning questions, "
        f"{datetime.now(UTC).date().isoformat()}",
        "figures": said,
        "ranking": ranking,
        "confidence": {
            "bias": round(learnt[0], 4),
            "weights": {n: round(one, 4) for n, one in zip(likeness.SURENESS, learnt[1:], strict=True)},
        },
    }
    _use(data)
    print(json.dumps(data["confidence"], indent=1))


def main() -> None:
    if sys.argv[1:] == ["here"]:
        import django

        django.setup()
        fit()
        return
    with scratch_database("fit_retrieval"), tempfile.TemporaryDirectory() as folder:
        from tongban.items import service as items
        from tongban.kit.actors import SYSTEM

        empty()
        for path, profile in ((REAL, "guangdong"), (SHARED / "data" / "guangan-items.js", "guangan")):
            items.import_file(SYSTEM, path, profile, report_folder=Path(folder))
        items.rebuild_search()
        fit()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    main()
