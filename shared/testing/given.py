"""`given(decider, *events).when(command).then(*events)`: the same grammar for every rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Event
from shared.eventsourcing.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Decided[S, E: Event]:
    """The outcome of one decision, to be looked at once."""

    events: Sequence[E] | None
    refusal: Refusal | None
    state: S

    def then(self, *expected: E) -> S:
        """Exactly these events were decided; answers the state after them."""
        if self.refusal is not None:
            raise self.refusal
        assert list(self.events or []) == list(expected)
        return self.state

    def then_types(self, *expected: type[Event]) -> S:
        """Events of exactly these types were decided; answers the state after them."""
        if self.refusal is not None:
            raise self.refusal
        assert [type(event) for event in self.events or []] == list(expected)
        return self.state

    def then_nothing(self) -> S:
        """Already so: no event, no refusal."""
        return self.then()

    def then_refused(self, refusal: type[Refusal]) -> Refusal:
        """Refused, and by this name."""
        if self.refusal is None:
            pytest.fail(f"expected {refusal.__name__}, decided {self.events!r}")
        assert type(self.refusal) is refusal, f"refused by {self.refusal!r}"
        return self.refusal


@dataclass(frozen=True, slots=True)
class Given[C, S, E: Event]:
    """A decider and the history it starts from."""

    decider: Decider[C, S, E]
    history: Sequence[E]

    def when(self, command: C) -> Decided[S, E]:
        """Decide one command on that history."""
        state = self.decider.fold(self.history)
        try:
            events = list(self.decider.decide(command, state))
        except Refusal as refusal:
            return Decided(None, refusal, state)
        return Decided(events, None, self.decider.fold(events, state))


def given[C, S, E: Event](decider: Decider[C, S, E], *history: E) -> Given[C, S, E]:
    """Begin the sentence with what already happened."""
    return Given(decider, history)
