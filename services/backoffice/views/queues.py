"""Which queues are there, whose are they, and what do they demand? Read from the catalogue `queues`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from services.backoffice.domain.review.commands import Rules
from shared.catalogue import Edition, Entry, entries
from shared.eventsourcing.refusal import NotFound
from shared.postgres import Db

CATALOGUE = "queues"
type Source = Literal["reviews", "tasks", "mine", "overdue"]


class QueueUnknown(NotFound):
    """No such queue, or not for this officer's roles."""

    sentence = "Esta fila não existe ou não é do seu papel."


class QueueHasNoReviews(NotFound):
    """The queue lists what its owner's own page does; there is nothing to claim in it."""

    sentence = "Nesta fila não há análises a pegar: a ação é feita na página do pedido."


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue, as data."""

    slug: str
    title: str
    source: Source
    kind: str | None
    rules: Rules
    reasons: str | None
    columns: tuple[Mapping[str, str], ...]
    action: Mapping[str, str]

    def seen_by(self, roles: frozenset[str]) -> bool:
        """Whether somebody with these roles may look; the auditor may look everywhere."""
        return bool(roles & (self.rules.roles | {"auditor"}))


async def all_queues(db: Db, on: date) -> Sequence[Queue]:
    """Every queue in force, in order."""
    return _queues(await entries(db, CATALOGUE, on))


@lru_cache(maxsize=8)
def _queues(edition: Edition) -> Sequence[Queue]:
    return tuple(_queue(entry) for entry in edition.entries if entry.enabled)


async def get_queue(db: Db, slug: str, on: date, roles: frozenset[str]) -> Queue:
    """One queue that somebody with these roles may see; raises QueueUnknown."""
    return queue_of(await all_queues(db, on), slug, roles)


def queue_of(queues: Sequence[Queue], slug: str, roles: frozenset[str]) -> Queue:
    """The one of these queues with this name, for somebody with these roles; raises QueueUnknown."""
    found = next((queue for queue in queues if queue.slug == slug), None)
    if found is None or not found.seen_by(roles):
        raise QueueUnknown
    return found


async def queue_of_kind(db: Db, kind: str, on: date) -> Queue:
    """The queue that reviews of a kind wait in; raises QueueUnknown."""
    found = next((queue for queue in await all_queues(db, on) if queue.kind == kind), None)
    if found is None:
        raise QueueUnknown
    return found


def _queue(entry: Entry) -> Queue:
    rules = Rules(
        roles=frozenset(entry.get("roles", ())),
        confirmation=entry.get("confirmation", "denials"),
        idle=timedelta(hours=entry.get("idle_hours", 8)),
    )
    return Queue(
        slug=entry.code,
        title=entry.label,
        source=entry.get("source", "reviews"),
        kind=entry.get("kind"),
        rules=rules,
        reasons=entry.get("reasons"),
        columns=tuple(entry.get("columns", ())),
        action=entry.get("action", {}),
    )
