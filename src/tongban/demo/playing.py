"""Plays one story: each act by somebody who may do it, on the day it happened."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tongban.cases import service as cases
from tongban.demo import content, papers, staffing
from tongban.demo.answers import answers_for
from tongban.demo.loading import everybody
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.standards.calendar import default_calendar

if TYPE_CHECKING:
    from tongban.demo.stories import Story


def workday(ago: int) -> date:
    """The working day that many working days before today."""
    day, calendar = timezone.localdate(), default_calendar()
    while ago:
        day -= timedelta(days=1)
        ago -= calendar.is_working_day(day)
    return day


def moment(ago: int, turn: int) -> datetime:
    """Half an hour between the acts of one day; nothing happens in the future."""
    local = datetime.combine(workday(ago), time(9, 5), timezone.get_current_timezone())
    return min(local + timedelta(minutes=30 * turn), timezone.now())


def staff_of(department: str, division: str, role: str, turn: int = 0) -> Actor:
    """Somebody who holds a role in a department (by slug) for a division; ``turn`` picks among them."""
    able = [
        worker
        for worker in staffing.workers()
        if any(
            (post.role, post.department) == (role, department) and division.startswith(post.division)
            for post in worker.posts
        )
    ]
    account = identity.find_account(able[turn % len(able)].login)
    assert account is not None
    return identity.own_actor(account)


class Player:
    """The case of one story and the people who move it."""

    def __init__(self, story: "Story") -> None:
        entry = next(item for item in content.items() if item["slug"] == story.item)
        self.story, self.department, self.division = story, entry["department"], entry["division"]
        code = f"{content.department(self.department)['uscc']}{entry['level']}{entry['basic_code']}"
        self.version = items.published(code)
        account = identity.find_account(story.login)
        assert account is not None, story.login
        self.applicant = identity.own_actor(account)
        if story.firm is not None:
            firm = identity.find_subject(everybody().enterprises[story.firm].uscc)
            acting = identity.acting_actor(account, firm.id) if firm else None
            assert acting is not None, story.key
            self.applicant = acting[0]
        self.case_id: UUID | None = None

    def staff(self, role: str, turn: int = 0) -> Actor:
        """Somebody who holds a role in the item's department; ``turn`` picks among them."""
        return staff_of(self.department, self.division, role, turn)

    @property
    def case(self) -> UUID:
        assert self.case_id is not None
        return self.case_id

    # -- the applicant -----------------------------------------------------------------------

    def draft(self) -> None:
        started = cases.start_draft(self.applicant, self.version.id, key=f"demo-{self.story.key}")
        self.case_id = started.id
        known = self.version.form["schema"]["properties"]
        given = {name: value for name, value in answers_for(self.story.item).items() if name in known}
        cases.save_draft(self.applicant, self.case, given)

    def submit(self) -> None:
        self.draft()
        for material in cases.materials_view(self.applicant, self.case).materials:
            if material.met or material.necessity == "2":
                continue
            if material.licences:
                cases.attach_licence(self.applicant, self.case, material.key, material.licences[0].id)
            else:
                sheet = paper(material.key, material.name)
                cases.attach_upload(self.applicant, self.case, material.key, sheet)
        cases.submit(self.applicant, self.case, key=f"demo-{self.story.key}")

    def answer(self, answers: Mapping[str, Any]) -> None:
        cases.answer_supplement(self.applicant, self.case, answers, key=f"demo-{self.story.key}-answer")

    def withdraw(self, reason: str) -> None:
        cases.withdraw(self.applicant, self.case, reason)

    # -- the department ----------------------------------------------------------------------

    def accept(self) -> None:
        cases.accept(self.staff("clerk"), self.case)

    def supplement(self, message: str, fields: tuple[str, ...], materials: tuple[str, ...]) -> None:
        cases.ask_supplement(self.staff("clerk"), self.case, message, fields, materials)

    def refuse(self, reasons: str) -> None:
        cases.refuse_acceptance(self.staff("clerk"), self.case, reasons)

    def give_back(self, reason: str) -> None:
        cases.return_to_applicant(self.staff("clerk"), self.case, reason)

    def review(self, opinion: str) -> None:
        while (task := self._review_task()) is not None:
            who = self.staff(task.role)
            cases.claim(who, task.id)
            cases.complete_step(who, task.id, "pass", opinion)

    def begin(self) -> None:
        """A reviewer takes the case up and has not finished."""
        task = self._review_task()
        assert task is not None, self.story.key
        cases.claim(self.staff(task.role), task.id)

    def _review_task(self) -> cases.Task | None:
        live = (cases.TaskState.OPEN, cases.TaskState.CLAIMED)
        found = cases.Task.objects.filter(case_id=self.case, kind=cases.TaskKind.REVIEW, state__in=live)
        return found.order_by("opened_at").first()

    def suspend(self, kind: str, reason: str, days: int) -> None:
        cases.suspend(self.staff("reviewer"), self.case, kind, reason, days)

    def extend(self, days: int, reason: str) -> None:
        cases.extend(self.staff("chief"), self.case, days, reason)

    def grant(self) -> None:
        cases.decide(self.staff("approver"), self.case, True, "符合规定条件，准予")

    def deny(self, reasons: str) -> None:
        cases.decide(self.staff("approver"), self.case, False, reasons)

    def conclude(self) -> None:
        cases.conclude(self.staff("clerk"), self.case)

    def deliver(self) -> None:
        cases.mark_delivered(self.staff("clerk"), self.case, "电子件已送达，纸质件按申请人的选择寄出")

    def void(self, reason: str) -> None:
        cases.void(self.staff("chief"), self.case, reason)


ACTS: Mapping[str, Callable[..., None]] = {
    "draft": Player.draft, "submit": Player.submit, "answer": Player.answer, "withdraw": Player.withdraw,
    "accept": Player.accept, "supplement": Player.supplement, "refuse": Player.refuse,
    "return": Player.give_back, "begin": Player.begin,
    "review": Player.review, "suspend": Player.suspend, "extend": Player.extend, "grant": Player.grant,
    "deny": Player.deny, "conclude": Player.conclude, "deliver": Player.deliver, "void": Player.void,
}  # fmt: skip


def paper(key: str, name: str) -> SimpleUploadedFile:
    """A file to hand in for a material."""
    drawn = papers.floor_plan() if "plan" in key else papers.scanned_page()
    return SimpleUploadedFile(f"{name}.jpg", drawn, "image/jpeg")


def play(story: "Story") -> None:
    """Live through one story from its first act to its last."""
    player = Player(story)
    for turn, (ago, name, *arguments) in enumerate(story.acts):
        with cases.at(moment(ago, turn)):
            ACTS[name](player, *arguments)
