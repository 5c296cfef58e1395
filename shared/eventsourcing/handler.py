"""Load, fold, decide, append: what every command goes through, whoever sends it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from shared.eventsourcing.bulk import Appending, append_many, load_many
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.refusal import RecordFull
from shared.eventsourcing.store import Store, VersionConflict
from shared.ids import derived_id
from shared.postgres import Db
from shared.tracing import span

MOST_OF_PEOPLE = 900
"""From here on people repeat nothing in a stream; the rest, up to the store's limit, is room for what must still follow."""


@dataclass(frozen=True, slots=True)
class Outcome[S]:
    """What a command led to: the state after it, the stream's version, and the events it appended (none: already so)."""

    id: UUID
    stream: str
    state: S
    version: int
    events: Sequence[Recorded[Event]]


class Handler[C, S, E: Event]:
    """Handles the commands of one kind of stream, in the caller's transaction."""

    def __init__(self, category: str, decider: Decider[C, S, E], store: Store) -> None:
        self.category = category
        self.decider = decider
        self.store = store

    def stream(self, id: UUID) -> str:  # noqa: A002 - the word of the field
        """The stream of one aggregate."""
        return f"{self.category}-{id}"

    async def load(self, db: Db, id: UUID) -> tuple[S, int]:  # noqa: A002 - the word of the field
        """The state and version of one aggregate; its initial state and 0 when it does not exist."""
        _, state, version = await self.told(db, id)
        return state, version

    async def told(self, db: Db, id: UUID) -> tuple[Sequence[E], S, int]:  # noqa: A002 - the word of the field
        """As `load`, with the events that led there, for who tells of them: one look at the stream."""
        history, version = await self.store.history(db, self.stream(id))
        events = cast("Sequence[E]", history)
        return events, self.decider.fold(events), version

    async def __call__(
        self,
        db: Db,
        id: UUID,  # noqa: A002 - the word of the field
        command: C,
        cause: Cause,
        *,
        expected: int | None = None,
        person: UUID | None = None,
        reaction: str | None = None,
    ) -> Outcome[S]:
        """Decide a command and append what was decided; raises the decider's refusals, RecordFull and VersionConflict.

        `expected` is the version the sender has seen (`If-Match`). `reaction` names the reader that sends the command:
        its event ids follow from the cause, so that a lost ledger cannot repeat the deed. `person` is whose personal
        data the stream holds.
        """

        async def given(_: S) -> C:
            return command

        with span(type(command).__name__, stream=self.stream(id)):
            return await self._decided(db, id, given, cause, expected, person, reaction)

    async def made_of_state(
        self,
        db: Db,
        id: UUID,  # noqa: A002 - the word of the field
        make: Callable[[S], Awaitable[C]],
        cause: Cause,
        *,
        expected: int | None = None,
        person: UUID | None = None,
    ) -> Outcome[S]:
        """As a call, for a command that is made of the state it is then decided on: the history is loaded once for both."""
        with span("made_of_state", stream=self.stream(id)):
            return await self._decided(db, id, make, cause, expected, person, None)

    async def _decided(
        self,
        db: Db,
        id: UUID,  # noqa: A002 - the word of the field
        make: Callable[[S], Awaitable[C]],
        cause: Cause,
        expected: int | None,
        person: UUID | None,
        reaction: str | None,
    ) -> Outcome[S]:
        stream = self.stream(id)
        events, version = await self.store.history(db, stream)
        state = self.decider.fold(cast("Sequence[E]", events))
        if expected is not None and expected != version:
            raise VersionConflict(stream)
        decided = list(self.decider.decide(await make(state), state))
        _must_fit(decided, events, version, cause)
        ids = None
        if reaction is not None and cause.causation is not None:
            ids = [derived_id(cause.causation, f"{reaction}/{stream}/{n}") for n in range(len(decided))]
        recorded = await self.store.append(db, stream, decided, expected=version, cause=cause, ids=ids, person=person)
        return Outcome(id, stream, self.decider.fold(decided, state), version + len(decided), recorded)

    async def each(self, db: Db, ids: Iterable[UUID], command: C, cause: Cause) -> int:
        """Decide one command for many aggregates, all appended in one statement; how many changed. Raises as one command does."""
        loaded = await load_many(db, self.store, [self.stream(one) for one in ids])
        batch = []
        for stream, recorded in loaded.items():
            state = self.decider.fold(cast("Sequence[E]", [record.event for record in recorded]))
            batch.append(Appending(stream, recorded[-1].version, list(self.decider.decide(command, state))))
        await append_many(db, self.store, batch, cause)
        return sum(bool(appending.events) for appending in batch)


def _must_fit(decided: Sequence[Event], events: Sequence[Event], version: int, cause: Cause) -> None:
    """Refuse a person's repetition in a full stream. A first time still goes, so that nobody is kept from filing or discarding."""
    if version + len(decided) > MOST_OF_PEOPLE and cause.of_a_person and {type(event) for event in decided} & {type(e) for e in events}:
        raise RecordFull
