"""The rules of accounts, sessions, recoveries and blocks."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.identity.domain.block.commands import Block, LiftBlock
from services.identity.domain.block.decider import BLOCK, BlockNotFound
from services.identity.domain.block.events import LoginBlocked, LoginUnblocked, RecoveryBlocked
from services.identity.domain.mail.commands import RecordBounce, RecordDelivery, SettleReturn
from services.identity.domain.mail.decider import MAIL, NothingCameBack
from services.identity.domain.mail.events import MailBounced, MailDelivered, ReturnSettled
from services.identity.domain.one_time_code.rules import CodeExpired
from services.identity.domain.recovery.commands import ConcludeRecovery, ProveRecovery, StartRecovery
from services.identity.domain.recovery.decider import RECOVERY, RecoveryNotFound, RecoveryNotProven, RecoveryOver
from services.identity.domain.recovery.events import RecoveryConcluded, RecoveryProven, RecoveryStarted, WrongRecoveryCodeGiven
from services.identity.domain.session.commands import EndSession, LogIn, ReportReuse, ShowSecondFactor
from services.identity.domain.session.decider import SESSION, SessionNotFound
from services.identity.domain.session.events import LoggedIn, RefreshTokenReused, SecondFactorGiven, SessionEnded
from services.identity.domain.user.commands import (
    ChangeName,
    ChangePhone,
    ErasePersonalData,
    ProveHolder,
    RehashPassword,
    SetNewPassword,
    VerifyUser,
)
from services.identity.domain.user.decider import USER, UserNotFound
from services.identity.domain.user.events import (
    AccountHandedOver,
    AccountOpened,
    HolderProven,
    NameChanged,
    PasswordChanged,
    PasswordRehashed,
    PersonalDataErased,
    PhoneGiven,
    TermsAccepted,
    UserContactChanged,
    UserVerified,
)
from shared.testing.given import given

T0 = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)
ID, PERSON, OTHER = uuid4(), uuid4(), uuid4()
VERIFY = VerifyUser(
    ID, PERSON, "cpf", None, "52998224725", "Ana", "ana@exemplo.test", "+5592988887777", None, None, "hash", "2026-11-01", "d1", T0
)
OPENED = tuple(USER.decide(VERIFY, USER.initial))


def test_an_account_opens_with_a_published_and_a_private_fact() -> None:
    given(USER).when(VERIFY).then_types(UserVerified, AccountOpened, TermsAccepted)
    given(USER, *OPENED).when(VERIFY).then_nothing()


def test_the_holder_is_proven_once() -> None:
    proven = HolderProven(user_id=ID, person_id=PERSON, how="register-email", proven_at=T0)
    given(USER, *OPENED).when(ProveHolder("register-email", T0)).then(proven)
    given(USER, *OPENED, proven).when(ProveHolder("attendant", T0)).then_nothing()


def test_a_handed_over_account_must_be_proven_anew() -> None:
    proven = HolderProven(user_id=ID, person_id=PERSON, how="register-email", proven_at=T0)
    over = AccountHandedOver(user_id=ID, person_id=PERSON, acted_since=T0, at=T0)
    given(USER, *OPENED, proven, over).when(ProveHolder("attendant", T0)).then_types(HolderProven)


def test_contacts_change_only_when_they_differ() -> None:
    given(USER, *OPENED).when(ChangeName("Ana", T0)).then_nothing()
    given(USER, *OPENED).when(ChangeName("Ana Souza", T0)).then_types(NameChanged)
    given(USER, *OPENED).when(ChangePhone("+5592988887777", T0)).then_nothing()
    given(USER, *OPENED).when(ChangePhone("+5592988886666", T0)).then_types(PhoneGiven, UserContactChanged)


def test_passwords_change_and_are_hashed_anew() -> None:
    given(USER, *OPENED).when(SetNewPassword("x", "person", T0)).then_types(PasswordChanged)
    given(USER, *OPENED).when(RehashPassword("x", T0)).then_types(PasswordRehashed)


def test_an_erased_account_is_gone() -> None:
    erased = PersonalDataErased(user_id=ID, person_id=PERSON, at=T0)
    given(USER, *OPENED).when(ErasePersonalData(T0)).then(erased)
    given(USER, *OPENED, erased).when(ErasePersonalData(T0)).then_nothing()
    given(USER, *OPENED, erased).when(ChangeName("x", T0)).then_refused(UserNotFound)
    given(USER).when(ProveHolder("attendant", T0)).then_refused(UserNotFound)


LOG_IN = LogIn(ID, OTHER, PERSON, "customer", ("pwd",), uuid4(), "navegador", known_browser=True, shared_device=False, now=T0)
LOGGED_IN = SESSION.decide(LOG_IN, SESSION.initial)[0]


def test_a_session_begins_once_and_ends_once() -> None:
    given(SESSION).when(LOG_IN).then_types(LoggedIn)
    given(SESSION, LOGGED_IN).when(LOG_IN).then_nothing()
    ended = SessionEnded(session_id=ID, person_id=PERSON, because="logged-out", at=T0)
    given(SESSION, LOGGED_IN).when(EndSession("logged-out", T0)).then(ended)
    given(SESSION, LOGGED_IN, ended).when(EndSession("erased", T0)).then_nothing()
    given(SESSION, LOGGED_IN, ended).when(ReportReuse(T0)).then_nothing()
    given(SESSION, LOGGED_IN, ended).when(ShowSecondFactor(T0)).then_refused(SessionNotFound)
    given(SESSION).when(EndSession("erased", T0)).then_refused(SessionNotFound)


def test_a_copied_refresh_token_ends_the_session() -> None:
    given(SESSION, LOGGED_IN).when(ReportReuse(T0)).then_types(RefreshTokenReused, SessionEnded)
    given(SESSION, LOGGED_IN, RefreshTokenReused(noticed_at=T0)).when(ShowSecondFactor(T0)).then_types(SecondFactorGiven)


STARTED = RecoveryStarted(recovery_id=ID, user_id=OTHER, person_id=PERSON, digest="right", started_at=T0)
PROVEN = RecoveryProven(proven_at=T0 + timedelta(minutes=1))


def test_a_recovery_goes_by_code_then_password() -> None:
    given(RECOVERY).when(StartRecovery(ID, OTHER, PERSON, "right", T0)).then(STARTED)
    given(RECOVERY, STARTED).when(ProveRecovery("wrong", T0)).then_types(WrongRecoveryCodeGiven)
    given(RECOVERY, STARTED).when(ProveRecovery("right", T0)).then_types(RecoveryProven)
    given(RECOVERY, STARTED, PROVEN).when(ProveRecovery("right", T0)).then_nothing()
    given(RECOVERY, STARTED).when(ConcludeRecovery(T0)).then_refused(RecoveryNotProven)
    given(RECOVERY, STARTED, PROVEN).when(ConcludeRecovery(T0 + timedelta(minutes=5))).then_types(RecoveryConcluded)


def test_a_recovery_does_not_wait() -> None:
    late = T0 + timedelta(minutes=11)
    given(RECOVERY, STARTED).when(ProveRecovery("right", late)).then_refused(CodeExpired)
    given(RECOVERY, STARTED, PROVEN).when(ConcludeRecovery(late)).then_refused(RecoveryOver)
    given(RECOVERY, STARTED, PROVEN, RecoveryConcluded(concluded_at=T0)).when(ConcludeRecovery(T0)).then_refused(RecoveryOver)
    given(RECOVERY).when(ProveRecovery("right", T0)).then_refused(RecoveryNotFound)


UNTIL = T0 + timedelta(minutes=10)


def test_a_block_is_set_once_and_lifted_before_its_time() -> None:
    block = Block(ID, OTHER, PERSON, "login", UNTIL, T0)
    blocked = given(BLOCK).when(block)
    blocked.then_types(LoginBlocked)
    assert blocked.events is not None
    given(BLOCK, *blocked.events).when(block).then_nothing()
    given(BLOCK, *blocked.events).when(LiftBlock(T0)).then_types(LoginUnblocked)
    given(BLOCK, *blocked.events).when(LiftBlock(UNTIL)).then_nothing()
    given(BLOCK).when(LiftBlock(T0)).then_refused(BlockNotFound)
    given(BLOCK).when(Block(ID, OTHER, PERSON, "recovery", UNTIL, T0)).then_types(RecoveryBlocked)


def test_mail_is_delivered_once_and_may_still_bounce() -> None:
    delivered = MailDelivered(mail_id=ID, person_id=PERSON, at=T0)
    given(MAIL).when(RecordDelivery(ID, PERSON, T0)).then(delivered)
    given(MAIL, delivered).when(RecordDelivery(ID, PERSON, T0)).then_nothing()
    given(MAIL, delivered).when(RecordBounce(ID, PERSON, T0)).then_types(MailBounced)
    bounced = MailBounced(mail_id=ID, person_id=PERSON, at=T0)
    given(MAIL, bounced).when(RecordDelivery(ID, PERSON, T0)).then_nothing()
    given(MAIL, delivered).when(SettleReturn("phone", OTHER, T0)).then_refused(NothingCameBack)
    settled = ReturnSettled(how="phone", settled_by=OTHER, settled_at=T0)
    given(MAIL, bounced).when(SettleReturn("phone", OTHER, T0)).then(settled)
    given(MAIL, bounced, settled).when(RecordBounce(ID, PERSON, T0)).then_nothing()
