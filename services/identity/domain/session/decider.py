"""How a session goes: begun once, ended once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from services.identity.domain.session.commands import EndSession, LogIn, ReportReuse, SessionCommand, ShowSecondFactor
from services.identity.domain.session.events import LoggedIn, RefreshTokenReused, SecondFactorGiven, SessionEnded, SessionEvent
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.refusal import NotFound


class SessionNotFound(NotFound):
    """No such session of yours."""

    sentence = "Sessão não encontrada."


@dataclass(frozen=True, slots=True)
class Unbegun:
    """Nobody logged in yet."""


@dataclass(frozen=True, slots=True)
class Live:
    """Somebody is logged in."""

    session_id: UUID
    subject_id: UUID
    person_id: UUID
    kind: Literal["customer", "staff"]
    amr: tuple[str, ...]
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """Over."""

    session_id: UUID


type Session = Unbegun | Live | Ended


def decide(command: SessionCommand, state: Session) -> Sequence[SessionEvent]:
    """What follows from a command."""
    match command:
        case LogIn():
            return _log_in(command, state)
        case ShowSecondFactor():
            live(state)
            return [SecondFactorGiven(given_at=command.now)]
        case EndSession():
            if isinstance(state, Ended):
                return []
            going = live(state)
            return [SessionEnded(session_id=going.session_id, person_id=going.person_id, because=command.because, at=command.now)]
        case ReportReuse():
            if isinstance(state, Ended):
                return []
            going = live(state)
            return [
                RefreshTokenReused(noticed_at=command.now),
                SessionEnded(session_id=going.session_id, person_id=going.person_id, because="refresh-token-reused", at=command.now),
            ]
        case _:
            assert_never(command)


def _log_in(command: LogIn, state: Session) -> Sequence[SessionEvent]:
    if not isinstance(state, Unbegun):
        return []
    return [
        LoggedIn(
            session_id=command.session_id,
            subject_id=command.subject_id,
            person_id=command.person_id,
            kind=command.kind,
            amr=command.amr,
            browser_id=command.browser_id,
            browser=command.browser,
            known_browser=command.known_browser,
            shared_device=command.shared_device,
            logged_in_at=command.now,
        )
    ]


def live(state: Session) -> Live:
    """The session while it lives; raises SessionNotFound."""
    if isinstance(state, Live):
        return state
    raise SessionNotFound


def evolve(state: Session, event: SessionEvent) -> Session:
    """The state after an event."""
    match event:
        case LoggedIn():
            return Live(event.session_id, event.subject_id, event.person_id, event.kind, event.amr, event.logged_in_at)
        case SecondFactorGiven(given_at=given_at):
            return replace(live(state), authenticated_at=given_at)
        case RefreshTokenReused():
            return state
        case SessionEnded():
            return Ended(event.session_id)
        case _:
            assert_never(event)


SESSION: Decider[SessionCommand, Session, SessionEvent] = Decider(Unbegun(), decide, evolve)
