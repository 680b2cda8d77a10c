"""Which question comes next, what is decided, and where a table leaves holes. Pure.

Only questions that still tell the remaining rules apart are asked. :func:`survey` walks through every
class of answers that the cells can tell apart: what it finds is complete, and has an example each.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from tongban.guidance import cells
from tongban.guidance.definition import Definition, Question, Rule

Answers = Mapping[str, cells.Value]
MOST_EXAMPLES = 5
MOST_STEPS = 60_000  # nodes of one survey; beyond it the table is called too large


def remaining(table: Definition, answers: Answers) -> list[int]:
    """The rules that these answers leave, up to the first that fits whatever else is answered."""
    left = []
    for number, rule in enumerate(table.rules):
        if all(cells.matches(rule.cell(k), v) for k, v in answers.items()):
            left.append(number)
            if table.hit == "FIRST" and not _open(table, rule, answers):
                break
    return left


def _open(table: Definition, rule: Rule, answers: Answers) -> list[Question]:
    """The questions a rule still depends on."""
    return [q for q in table.questions if q.key not in answers and not cells.is_any(rule.cell(q.key))]


def _same(one: Rule, other: Rule) -> bool:
    """Whether two rules lead to the same outcome."""
    return replace(one, when={}) == replace(other, when={})


def next_question(table: Definition, answers: Answers) -> Question | None:
    """The first question whose answer still matters, or None when the outcome is certain.

    A question that feeds the form but decides nothing is not asked here: the form asks it.
    """
    left = [table.rules[n] for n in remaining(table, answers)]
    if not left or all(_same(left[0], rule) for rule in left[1:]):
        return None
    for question in table.questions:
        if question.key in answers:
            continue
        first = left[0].cell(question.key)
        if any(rule.cell(question.key) != first for rule in left[1:]):
            return question
    return None


def decided(table: Definition, answers: Answers) -> int | None:
    """The number of the rule that applies, by the plain reading of the table; None in a gap.

    All questions must be answered; the DMN engine gives the same (see the tests).
    """
    left = remaining(table, answers)
    return left[0] if left else None


def completed(table: Definition, answers: Answers) -> dict[str, cells.Value]:
    """These answers with a fitting one for each question that does not matter any more."""
    left = remaining(table, answers)
    full = dict(answers)
    if not left:
        return full
    rule = table.rules[left[0]]
    for question in table.questions:
        if question.key not in full:
            tried = cells.samples([rule.cell(question.key)], question.domain)
            full[question.key] = next(v for v in tried if cells.matches(rule.cell(question.key), v))
    return full


@dataclass(slots=True)
class Survey:
    """What walking through a table found: examples of answers, by question key."""

    gaps: list[dict[str, cells.Value]] = field(default_factory=list)
    overlaps: dict[tuple[int, int], dict[str, cells.Value]] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)
    too_large: bool = False


def _classes(
    table: Definition, question: Question, left: list[int]
) -> Iterator[tuple[cells.Value, list[int]]]:
    """One answer for each set of rules that answering the question can leave."""
    used = [table.rules[n].cell(question.key) for n in left]
    seen = set()
    for value in cells.samples(used, question.domain):
        after = [n for n, cell in zip(left, used, strict=True) if cells.matches(cell, value)]
        if tuple(after) not in seen:
            seen.add(tuple(after))
            yield value, after


def survey(table: Definition) -> Survey:
    """Gaps (at most five examples), every overlapping pair with an example, the rules that are reached."""
    found, steps = Survey(), 0
    stack: list[tuple[int, list[int], dict[str, cells.Value]]] = [(0, list(range(len(table.rules))), {})]
    while stack:
        steps += 1
        if steps > MOST_STEPS:
            found.too_large = True
            return found
        depth, left, answers = stack.pop()
        if not left or depth == len(table.questions):
            _leaf(table, left, answers, found)
            continue
        question = table.questions[depth]
        for value, after in _classes(table, question, left):
            stack.append((depth + 1, after, {**answers, question.key: value}))
    return found


def _leaf(table: Definition, left: list[int], answers: dict[str, cells.Value], found: Survey) -> None:
    if not left:
        if len(found.gaps) < MOST_EXAMPLES:
            found.gaps.append(answers)
        return
    found.reached.add(left[0])
    for one in range(len(left)):
        for two in range(one + 1, len(left)):
            found.overlaps.setdefault((left[one], left[two]), answers)


def most_questions(table: Definition, answers: Answers) -> int:
    """How many more questions may come at most after these answers."""

    @cache
    def longest(given: tuple[tuple[str, cells.Value], ...]) -> int:
        known = dict(given)
        question = next_question(table, known)
        if question is None:
            return 0
        left = remaining(table, known)
        ways = [longest((*given, (question.key, value))) for value, _after in _classes(table, question, left)]
        return 1 + max(ways)

    return longest(tuple(answers.items()))
