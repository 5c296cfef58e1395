"""What reads events: views remember, reactions act."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import asyncpg

from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.eventsourcing.writes import Writes
from shared.postgres import Db


class View(Protocol):
    """The answer to one question, kept in its own tables. Never appends, calls or sends, so it can be rebuilt.

    It says which `tables` are its own and which `timers` it keeps; these are rebuilt and compared. One that has neither says in
    `not_compared` why what it writes cannot be compared with what its events make of it. Where a unique index of its tables
    stands for a rule, `taken` says by the index's name what is refused.
    """

    @property
    def name(self) -> str:
        """The reader's name in the ledger, with a number that a rebuild raises: `my_requests_2`."""

    @property
    def on(self) -> frozenset[type[Event]]:
        """The events it projects."""

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]], /) -> None:
        """Write what these events mean, in the caller's transaction; a batch, in order."""


async def project(db: Db, given: Iterable[tuple[View, Sequence[Recorded[Any]]]]) -> None:
    """Have views project what each is given, in order; all is written when this returns. Raises what they say is taken."""
    writes, views = Writes(db), list[View]()
    try:
        for view, events in given:
            views.append(view)
            await view.project(writes, events)
        await writes.sent()
    except asyncpg.UniqueViolationError as error:
        for view in views:
            taken: Mapping[str, type[Refusal]] = getattr(view, "taken", {})
            if refusal := taken.get(error.constraint_name or ""):
                raise refusal from error
        raise


class Reaction(Protocol):
    """What this service does about an event: it sends itself a command. Never rebuilt."""

    @property
    def name(self) -> str:
        """The reader's name in the ledger: `when_review_concluded`."""

    @property
    def on(self) -> frozenset[type[Event]]:
        """The events it reacts to."""

    @property
    def refusals(self) -> frozenset[type[Refusal]]:
        """The refusals it expects as answers; any other parks the stream."""

    async def react(self, db: Db, event: Recorded[Any], /) -> bool | None:
        """Act on one event in the caller's transaction; True when more is left to do, in a transaction of its own."""
