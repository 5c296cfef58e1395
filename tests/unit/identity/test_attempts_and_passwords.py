"""How attempts are counted, and what a password must be."""

from datetime import UTC, datetime, timedelta
from random import SystemRandom
from types import SimpleNamespace

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.attempts.rules import POLICY, Attempts, Kind, LoginIsBlocked, Policy, RecoveryIsBlocked, charge
from services.identity.domain.password.rules import PasswordTooWeak, must_be_strong
from services.identity.pepper import Pepper, new_code, new_secret

T0 = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)


def tried(times: int, attempts: Attempts | None = None) -> Attempts:
    for _ in range(times):
        attempts = charge("password", attempts or Attempts(), T0).attempts
    assert attempts is not None
    return attempts


def test_the_third_attempt_blocks_for_ten_minutes() -> None:
    assert tried(2).blocked_until is None
    third = charge("password", tried(2), T0)
    assert third.is_last
    assert third.attempts.blocked_until == T0 + timedelta(minutes=10)


def test_nothing_counts_while_blocked() -> None:
    blocked = tried(3)
    with pytest.raises(LoginIsBlocked) as refused:
        charge("password", blocked, T0 + timedelta(minutes=9, seconds=59))
    assert refused.value.until == T0 + timedelta(minutes=10)


def test_after_the_block_the_count_starts_again() -> None:
    again = charge("password", tried(3), T0 + timedelta(minutes=10))
    assert (again.attempts.failed, again.is_last, again.attempts.blocked_until) == (1, False, None)


def test_a_count_is_forgotten_after_a_day() -> None:
    assert charge("password", tried(2), T0 + timedelta(hours=24)).attempts.failed == 1
    assert charge("password", tried(2), T0 + timedelta(hours=23, minutes=59)).is_last


def test_misses_just_under_a_day_apart_still_follow_one_another() -> None:
    step = timedelta(hours=23, minutes=59)
    second = charge("password", charge("password", Attempts(), T0).attempts, T0 + step).attempts
    third = charge("password", second, T0 + 2 * step)
    assert third.is_last
    assert third.attempts.blocked_until == T0 + 2 * step + timedelta(minutes=10)


def test_a_block_holds_as_it_was_said_whatever_the_policy_is_by_then() -> None:
    blocked = tried(3)
    for policy in (Policy(allowed=10), Policy(login_block=timedelta(seconds=1)), Policy(login_block=timedelta(days=1))):
        with pytest.raises(LoginIsBlocked) as refused:
            charge("password", blocked, T0 + timedelta(minutes=9), policy)
        assert refused.value.until == T0 + timedelta(minutes=10)
    after = charge("password", blocked, T0 + timedelta(minutes=10), Policy(allowed=1, login_block=timedelta(days=1)))
    assert after.attempts.blocked_until == T0 + timedelta(days=1, minutes=10)


def test_a_policy_that_allows_fewer_blocks_who_has_missed_as_often_already() -> None:
    assert charge("password", tried(2), T0, Policy(allowed=2)).is_last
    assert charge("password", tried(2), T0, Policy(allowed=5)).remaining == 2


@given(st.lists(st.timedeltas(timedelta(0), timedelta(hours=30)), max_size=60), st.sampled_from(["password", "staff-password", "recovery"]))
def test_never_more_than_three_are_checked_in_a_block_s_time_and_a_refusal_changes_nothing(waits: list[timedelta], kind: Kind) -> None:
    attempts, now, checked, waits_told = Attempts(), T0, list[datetime](), list[timedelta]()
    for wait in waits:
        now += wait
        try:
            charged = charge(kind, attempts, now)
        except (LoginIsBlocked, RecoveryIsBlocked) as refused:
            waits_told.append((refused.until or now) - now)
            continue
        checked.append(now)
        attempts = charged.attempts
        assert charged.is_last == (attempts.blocked_until is not None) == (attempts.failed == POLICY.allowed)
    block = POLICY.block_of(kind)
    assert all(timedelta(0) < told <= block for told in waits_told)
    for n in range(len(checked) - POLICY.allowed):
        assert checked[n + POLICY.allowed] - checked[n] >= min(block, POLICY.forgotten_after)


def test_divergent_recoveries_block_for_a_day_and_say_how_many_remain() -> None:
    attempts = Attempts()
    remaining = []
    for _ in range(3):
        charged = charge("recovery", attempts, T0)
        attempts = charged.attempts
        remaining.append(charged.remaining)
    assert remaining == [2, 1, 0]
    with pytest.raises(RecoveryIsBlocked):
        charge("recovery", attempts, T0 + timedelta(hours=23))


@pytest.mark.parametrize(
    "weak",
    [
        "curta",
        "1234567890",
        "Senha123456",
        "aaaaaaaaaaaa",
        "0987654321",
        "anasouza2026"[:9],
        "AnaSouza52998224725",
        "flamengo123",
    ],
)
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(PasswordTooWeak):
        must_be_strong(weak, ["Ana Souza", "ana.souza@exemplo.test", "52998224725", "+5592988887777"])


@pytest.mark.parametrize("strong", ["girassol-amarelo", "cavalo correto bateria", "Lua-cheia-42", "ana gosta de pão de queijo"])
def test_strong_passwords_pass_without_composition_rules(strong: str) -> None:
    must_be_strong(strong, ["Ana Souza", "ana.souza@exemplo.test", "52998224725", "+5592988887777"])


VARIED = "Girassol, lua cheia e um muro alto! " * 4


@pytest.mark.parametrize(("length", "good"), [(9, False), (10, True), (128, True), (129, False)])
def test_a_password_has_ten_characters_at_least_and_128_at_most(length: int, good: bool) -> None:
    password = VARIED[:length]
    assert len(password) == length
    if good:
        must_be_strong(password, ["Ana Souza"])
        return
    with pytest.raises(PasswordTooWeak):
        must_be_strong(password, ["Ana Souza"])


def test_digests_are_bound_to_what_they_are_for() -> None:
    pepper = Pepper("secret")
    assert pepper.digest("code", "1", "123456") != pepper.digest("code", "2", "123456")
    sealed = pepper.seal("device", "abc", "ana")
    assert pepper.open("device", sealed, "ana") == "abc"
    assert pepper.open("device", sealed, "rui") is None
    assert pepper.open("sign-up", sealed, "ana") is None
    assert pepper.open("device", "abc.", "ana") is None
    assert Pepper("other").open("device", sealed, "ana") is None


def test_codes_have_six_digits() -> None:
    assert all(len(code) == 6 and code.isdigit() for code in (new_code() for _ in range(200)))


def test_codes_links_and_secrets_come_from_the_systems_generator_with_all_their_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def below(bound: int) -> int:
        asked.append(bound)
        return 42

    def bits(size: int) -> str:
        asked.append(size)
        return "x"

    monkeypatch.setattr("services.identity.pepper.secrets", SimpleNamespace(randbelow=below, token_urlsafe=bits))
    assert (new_code(), new_secret()) == ("000042", "x")
    assert asked == [10**6, 32], "every code of six digits may come; nonces of refresh tokens and links have 256 bits"
    assert isinstance(vars(pyotp)["random"], SystemRandom), "what the secrets of second factors are drawn from"
