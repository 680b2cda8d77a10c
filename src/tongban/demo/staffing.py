"""Who works where: staff with posts so that every step of every item has at least two people. Pure.

Clerks sit in a hall and take in for every department of its region (the integrated window); reviewers and
approvers belong to one department.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from tongban.demo import content, names

SEED = 20_260_101
CLERKS = 4  # a hall


@dataclass(frozen=True, slots=True)
class Post:
    """A role in a department (by slug), reaching a division and all below it."""

    role: str
    department: str
    division: str


@dataclass(frozen=True, slots=True)
class Worker:
    """A member of staff. ``login`` is his user name."""

    login: str
    name: str
    number: str
    department: str
    posts: tuple[Post, ...]


def _own(slug: str, *roles: str) -> tuple[Post, ...]:
    division = content.department(slug)["division"]
    return tuple(Post(role, slug, division) for role in roles)


# The people a visitor signs in as; the rest are made by rule.
LEADS = (
    ("clerk", "陈晓燕", "zhongxin-gulou", ()),
    ("reviewer", "郑文彬", "shichang-gulou", _own("shichang-gulou", "reviewer")),
    ("approver", "吴丽萍", "shichang-gulou", _own("shichang-gulou", "approver")),
    ("chief", "黄建国", "shichang-gulou", _own("shichang-gulou", "chief", "approver")),
    ("editor", "刘雯", "shichang-gulou", _own("shichang-gulou", "item_editor")),
    ("steward", "许明", "shuju", _own("shuju", "steward")),
    ("gongan-steward", "罗建平", "gongan", _own("gongan", "steward")),
    ("minzheng-steward", "温玉芳", "minzheng", _own("minzheng", "steward")),
    ("renshe-steward", "庄志远", "renshe", _own("renshe", "steward")),
    ("zhufang-steward", "卢晓东", "zhufang", _own("zhufang", "steward")),
    ("shichang-steward", "翁雪琴", "shichang", _own("shichang", "steward")),
    ("shuiwu-steward", "丁文杰", "shuiwu", _own("shuiwu", "steward")),
    ("supervisor", "周静", "shuju", _own("shuju", "supervisor")),
    ("leader", "方海东", "shuju", _own("shuju", "leader")),
    ("operator", "谢宇", "shuju", _own("shuju", "operator")),
)

# Those who decide the parts of the theme packages; they sign in as well.
DECIDING = tuple(
    f"{department}-{post}"
    for department in ("weijian-gulou", "gongan-gulou", "yibao-fuzhou", "renshe-fuzhou")
    for post in ("reviewer1", "approver3")
)
SIGN_IN = frozenset({lead[0] for lead in LEADS} | {*DECIDING, "hall-fuzhou-clerk1"})


def _served(division: str) -> list[str]:
    """Departments whose items are taken in at the hall of this division."""
    return [d["slug"] for d in content.departments() if d["division"] == division]


def _windows(division: str) -> tuple[Post, ...]:
    return tuple(Post("clerk", slug, division) for slug in _served(division))


@cache
def workers() -> tuple[Worker, ...]:
    """All staff, in a fixed order; at least 60."""
    random = Random(SEED)  # noqa: S311 (invented data, no secret)
    found: list[Worker] = []

    def add(login: str, name: str, department: str, posts: tuple[Post, ...]) -> None:
        found.append(Worker(login, name, f"FJ{len(found) + 1:05d}", department, posts))

    for login, name, department, posts in LEADS:
        add(login, name, department, posts or _windows(content.department(department)["division"]))
    for hall in content.halls():
        home = next((s for s in _served(hall["division"]) if s.startswith(("zhongxin", "shuju"))), "shuju")
        for turn in range(1, CLERKS + 1):
            name = names.person_name(random, random.random() < 0.4)
            add(f"{hall['code']}-clerk{turn}", name, home, _windows(hall["division"]))
        add(f"{hall['code']}-manager", names.person_name(random, True), home, _own(home, "hall_manager"))
    for slug in [d["slug"] for d in content.departments() if not d["slug"].startswith("zhongxin")]:
        for role in ("reviewer", "reviewer", "approver", "approver"):
            turn = sum(w.department == slug for w in found) + 1
            roles = (role, "chief") if role == "approver" and turn % 2 else (role,)
            name = names.person_name(random, random.random() < 0.6)
            add(f"{slug}-{role}{turn}", name, slug, _own(slug, *roles))
    return tuple(found)
