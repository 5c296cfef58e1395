"""Passwords take turns: so many at once, some more wait, the rest is refused before anything is done."""

import asyncio

import pytest

from services.identity.hashing import Passwords, PasswordsBusy
from services.identity.settings import IdentitySettings

CHEAP = IdentitySettings.model_construct(
    argon2_time_cost=1, argon2_memory_kib=8192, argon2_parallelism=1, password_threads=1, password_queue=2
)


async def test_more_than_the_queue_holds_are_refused_and_a_turn_that_ends_makes_room() -> None:
    passwords, entered = Passwords(CHEAP), 0
    leave = asyncio.Event()

    async def take() -> None:
        nonlocal entered
        async with passwords.turn():
            entered += 1
            await leave.wait()

    waiting = [asyncio.create_task(take()) for _ in range(3)]
    while entered < 2:
        await asyncio.sleep(0)
    for refused in (passwords.turn().__aenter__(), passwords.hash("x"), passwords.fits(None, "x")):
        with pytest.raises(PasswordsBusy):
            await refused
    assert entered == 2
    leave.set()
    await asyncio.gather(*waiting)
    assert entered == 3
    with pytest.raises(ZeroDivisionError):
        async with passwords.turn():
            raise ZeroDivisionError
    assert await passwords.fits(await passwords.hash("girassol"), "girassol")


async def test_nobodys_password_never_fits_and_is_checked_all_the_same() -> None:
    passwords = Passwords(CHEAP)
    hashed = await passwords.hash("girassol")
    assert "m=8192,t=1,p=1" in hashed
    assert not await passwords.fits(hashed, "girasol")
    assert not await passwords.fits(None, "nobody has this password")
    assert not await passwords.fits("not a hash", "girassol")
    assert not passwords.is_dated(hashed)
    assert Passwords(CHEAP.model_copy(update={"argon2_time_cost": 2})).is_dated(hashed)
