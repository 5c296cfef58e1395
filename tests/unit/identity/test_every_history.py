"""Every history that a decider of identity makes, `evolve` accepts; nothing secret is in what is stored, nor in what is printed."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.app import service
from services.identity.domain.attendance.commands import AttendanceCommand
from services.identity.domain.attendance.decider import ATTENDANCE
from services.identity.domain.block.commands import BlockCommand
from services.identity.domain.block.decider import BLOCK
from services.identity.domain.contact_proof.commands import ContactProofCommand
from services.identity.domain.contact_proof.decider import CONTACT_PROOF
from services.identity.domain.mail.commands import MailCommand
from services.identity.domain.mail.decider import MAIL
from services.identity.domain.recovery.commands import RecoveryCommand
from services.identity.domain.recovery.decider import RECOVERY
from services.identity.domain.session.commands import SessionCommand
from services.identity.domain.session.decider import SESSION
from services.identity.domain.sign_up.commands import SignUpCommand
from services.identity.domain.sign_up.decider import SIGN_UP
from services.identity.domain.staff_member.commands import StaffCommand
from services.identity.domain.staff_member.decider import STAFF_MEMBER
from services.identity.domain.user.commands import UserCommand
from services.identity.domain.user.decider import USER
from shared.eventsourcing.codec import StreamKey, personal_fields
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Event
from shared.eventsourcing.refusal import Refusal
from shared.ids import new_id
from shared.platform import codec_of
from tests.unit.identity.any_command import PERSONAL, SECRET, SECRETS, lives_of

DECIDERS: dict[str, tuple[Decider[Any, Any, Any], object]] = {
    "attendance": (ATTENDANCE, AttendanceCommand),
    "block": (BLOCK, BlockCommand),
    "contact-proof": (CONTACT_PROOF, ContactProofCommand),
    "mail": (MAIL, MailCommand),
    "recovery": (RECOVERY, RecoveryCommand),
    "session": (SESSION, SessionCommand),
    "sign-up": (SIGN_UP, SignUpCommand),
    "staff-member": (STAFF_MEMBER, StaffCommand),
    "user": (USER, UserCommand),
}
CODEC = codec_of(service())
KEY = StreamKey(1, b"k" * 32)


def live(decider: Decider[Any, Any, Any], commands: Sequence[Any]) -> tuple[list[Event], list[Any]]:
    """What these commands led to, refusals left out: the events, and every state on the way."""
    events: list[Event] = []
    states = [decider.initial]
    for command in commands:
        try:
            decided = list(decider.decide(command, states[-1]))
        except Refusal:
            continue
        events += decided
        states.append(decider.fold(decided, states[-1]))
    return events, states


@pytest.mark.parametrize("category", sorted(DECIDERS))
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_history_folds_and_tells_nothing_secret(category: str, data: st.DataObject) -> None:
    decider, kinds = DECIDERS[category]
    commands = data.draw(lives_of(kinds))
    events, states = live(decider, commands)
    assert decider.fold(events) == states[-1]
    stream = f"{category}-{new_id()}"
    for event in events:
        encoded = CODEC.encode(event, stream, new_id(), KEY)
        assert SECRET not in encoded.data
        assert PERSONAL not in encoded.data
    assert SECRET not in repr(states)
    assert SECRET not in repr(commands)


def test_the_search_would_find_a_secret() -> None:
    """Every decider that is told a secret was told one here: the words are looked for where they would be."""
    told = {
        category
        for category, (_, kinds) in DECIDERS.items()
        if any(name.endswith(SECRETS) for kind in kinds.__value__.__args__ for name in kind.__dataclass_fields__)  # type: ignore[attr-defined]  # an alias
    }
    assert told == {"contact-proof", "recovery", "sign-up", "staff-member", "user"}


def test_what_is_secret_or_personal_in_an_event_is_marked_and_nothing_published_has_such_a_field() -> None:
    secret = {f"{event.__name__}.{name}" for event in service().events for name in event.model_fields if name.endswith(SECRETS)}
    marked = {f"{event.__name__}.{name}" for event in service().events for name in personal_fields(event)}
    assert secret <= marked, secret - marked
    assert "InvitationAccepted.totp_secret" in secret
    published = [event for kinds in service().published.values() for event in kinds]
    assert not [
        event.__name__ for event in published if personal_fields(event) or any(name.endswith(SECRETS) for name in event.model_fields)
    ]
