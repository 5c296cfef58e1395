"""What reads events: views remember, reactions act."""

from collections.abc import Sequence
from typing import Any, Protocol

from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import Refusal
from shared.postgres import Db


class View(Protocol):
    """The answer to one question, kept in its own tables. Never appends, calls or sends, so it can be rebuilt.

    It says which `tables` are its own and which `timers` it keeps; these are rebuilt and compared. One that has neither says in
    `not_compared` why what it writes cannot be compared with what its events make of it.
    """

    @property
    def name(self) -> str:
        """The reader's name in the ledger, with a number that a rebuild raises: `my_requests_2`."""

    @property
    def on(self) -> frozenset[type[Event]]:
        """The events it projects."""

    async def project(self, db: Db, events: Sequence[Recorded[Any]], /) -> None:
        """Write what these events mean, in the caller's transaction; a batch, in order."""


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
