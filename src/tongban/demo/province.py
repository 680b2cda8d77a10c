"""A small province of the generator's in the demo: files of five departments about people who are nobody else
of the demo, reconciled and published, so that the pages of runs and of review have something to show."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from tongban.demo.loading import Piece
from tongban.identity import service as identity
from tongban.resources import service as resources

PERSONS, SEED, HURRIED = 600, 35, 0.01


def load() -> None:
    """Invent, reconcile and publish. What an earlier load that was cut off has left is written anew."""
    account = identity.find_account("steward")
    assert account is not None
    resources.province(PERSONS, SEED, _folder(), actor=identity.own_actor(account), hurried=HURRIED)


def _folder() -> Path | None:
    """The site's own folders, unless somebody has laid files there that are not the generator's."""
    said = Path(settings.DEPARTMENTS_ROOT)
    ours = {"truth", "sources.yaml", "gongan", "minzheng", "renshe", "zhufang", "shuiwu"}
    strange = said.exists() and any(path.name not in ours for path in said.iterdir())
    return Path(settings.RUNS_ROOT) / "demo" if strange else None


def pieces() -> Iterator[Piece]:
    """One piece."""
    yield Piece("province", "归集运行", load)
