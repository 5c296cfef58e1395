"""The rules of proving a contact, and of accounts that are handed over."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.identity.domain.contact_proof.commands import ProveContact, StartContactProof
from services.identity.domain.contact_proof.decider import CONTACT_PROOF, NoCodeIsOut
from services.identity.domain.contact_proof.events import ContactProofStarted, ContactProven, WrongContactCodeGiven
from services.identity.domain.one_time_code.rules import CodeExpired, TooManyTries
from shared.testing.given import given

T0 = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
PROOF, USER, PERSON = uuid4(), uuid4(), uuid4()


def started(address: str | None = "nova@exemplo.test") -> ContactProofStarted:
    return ContactProofStarted(
        proof_id=PROOF, user_id=USER, person_id=PERSON, purpose="new-email", address=address, digest="right", started_at=T0
    )


def prove(digest: str, minutes: float = 1) -> ProveContact:
    return ProveContact(digest, T0 + timedelta(minutes=minutes))


def test_the_code_that_came_back_proves_once() -> None:
    command = StartContactProof(PROOF, USER, PERSON, "new-email", "nova@exemplo.test", "right", T0)
    given(CONTACT_PROOF).when(command).then(started())
    proven = ContactProven(user_id=USER, purpose="new-email", proven_at=T0 + timedelta(minutes=1))
    given(CONTACT_PROOF, started()).when(prove("right")).then(proven)
    given(CONTACT_PROOF, started(), proven).when(prove("right")).then_refused(NoCodeIsOut)
    given(CONTACT_PROOF).when(prove("right")).then_refused(NoCodeIsOut)


def test_ten_minutes_and_five_tries() -> None:
    wrong = WrongContactCodeGiven(given_at=T0)
    given(CONTACT_PROOF, started()).when(prove("right", 9.9)).then_types(ContactProven)
    given(CONTACT_PROOF, started()).when(prove("right", 10)).then_refused(CodeExpired)
    given(CONTACT_PROOF, started(), *[wrong] * 4).when(prove("right")).then_types(ContactProven)
    given(CONTACT_PROOF, started(), *[wrong] * 5).when(prove("right")).then_refused(TooManyTries)


def test_a_code_that_went_nowhere_is_never_right() -> None:
    given(CONTACT_PROOF, started(None)).when(prove("right")).then_types(WrongContactCodeGiven)
