"""Who acts. Every command and every read of people's data takes an :class:`Actor`."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A role held in a department and a region (division code prefix)."""

    role: str
    department_id: UUID
    department_name: str
    division: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or program that acts.

    ``subject_id`` is the person or legal person the actor stands for at this moment: himself, or
    the enterprise he was chosen to act for. Staff have ``posts`` and usually no subject.
    """

    kind: str  # "anonymous" | "resident" | "staff" | "system"
    name: str
    account_id: UUID | None = None
    subject_id: UUID | None = None
    subject_name: str = ""
    staff_id: UUID | None = None
    posts: tuple[PostHeld, ...] = field(default=())

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"

    def has_role(self, *roles: str) -> bool:
        """Whether any post carries one of ``roles``."""
        return any(p.role in roles for p in self.posts)

    def holds(self, role: str, department_id: UUID, division: str) -> bool:
        """Whether a post gives ``role`` in this department for this division (or one above it)."""
        return any(
            p.role == role and p.department_id == department_id and division.startswith(p.division)
            for p in self.posts
        )


ANONYMOUS = Actor(kind="anonymous", name="访客")
SYSTEM = Actor(kind="system", name="系统")
