"""Work to be claimed, and the running process of a department's own steps."""

from django.db import models
from django.db.models import Q

from tongban.cases.models.case import Case
from tongban.cases.states import TaskKind, TaskState
from tongban.kit.models import Row

LIVE = (TaskState.OPEN, TaskState.CLAIMED)


class Task(Row):
    """One piece of work in a department's pool; claimed by one person at a time."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=8, choices=TaskKind)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20)
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    division = models.CharField(max_length=12)
    node = models.CharField(max_length=64, blank=True)  # the process's task id, for review steps
    limit_on = models.DateField(null=True)
    state = models.CharField(max_length=9, choices=TaskState, default=TaskState.OPEN)
    opened_at = models.DateTimeField()
    claimed_by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    claimed_by_name = models.CharField(max_length=100, blank=True)
    claimed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["limit_on", "id"]
        indexes = [
            models.Index(
                fields=["department", "role", "limit_on", "id"],
                name="task_pool",
                condition=Q(state=TaskState.OPEN),
            ),
            models.Index(
                fields=["claimed_by", "limit_on", "id"],
                name="task_mine",
                condition=Q(state=TaskState.CLAIMED),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "node"], name="task_one_live", condition=Q(state__in=LIVE)
            ),
            models.CheckConstraint(
                name="task_claimed_has_holder",
                condition=~Q(state=TaskState.CLAIMED) | Q(claimed_by__isnull=False, claimed_at__isnull=False),
            ),
        ]


class ProcessText(models.Model):
    """A BPMN text in use, kept once under its digest: a running case keeps its rules."""

    source = models.CharField(max_length=64, primary_key=True)
    text = models.BinaryField()


class ProcessInstance(models.Model):
    """The state of a BPMN process: serialised without its specification and compressed (about 2 KB).

    ``text`` is what the instance runs on, shared by all cases of the same process.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="process")
    text = models.ForeignKey(ProcessText, on_delete=models.PROTECT, related_name="+")
    state = models.BinaryField()
    next_due_at = models.DateTimeField(null=True, db_index=True)  # timers fire only when asked
