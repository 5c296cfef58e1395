"""The decider: how an aggregate decides, and how it remembers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.eventsourcing.event import Event


@dataclass(frozen=True, slots=True)
class Decider[C, S, E: Event]:
    """`decide(command, state) → events` and `evolve(state, event) → state`, both pure; `[]` means "already so"."""

    initial: S
    decide: Callable[[C, S], Sequence[E]]
    evolve: Callable[[S, E], S]

    def fold(self, events: Sequence[E], state: S | None = None) -> S:
        """The state after these events."""
        current = self.initial if state is None else state
        for event in events:
            current = self.evolve(current, event)
        return current
