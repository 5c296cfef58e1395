"""Passwords hashed by Argon2id off the event loop, in a bounded pool: guesses queue up, other requests do not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.settings import IdentitySettings
from shared.eventsourcing.refusal import Unavailable


class PasswordsBusy(Unavailable):
    """More passwords are waiting to be checked than the queue holds."""

    sentence = "Muitos acessos ao mesmo tempo. Tente novamente em instantes."
    retry_after_seconds = 2


class Passwords:
    """Hashes and checks passwords; the time it takes does not tell whether there was anything to check.

    Whoever wants a password checked takes a turn first: as many at once as the pool can serve, some more wait, the rest is
    refused before anything is counted or asked of the database. So a flood of guesses holds neither all connections nor all cores.
    """

    def __init__(self, settings: IdentitySettings) -> None:
        self._hasher = PasswordHasher(
            settings.argon2_time_cost, settings.argon2_memory_kib, settings.argon2_parallelism, hash_len=32, salt_len=16, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(settings.password_threads, thread_name_prefix="passwords")
        self._turns = asyncio.Semaphore(settings.password_threads + 1)
        self._room = settings.password_threads + settings.password_queue
        self._waiting = 0
        self._nobody = self._hasher.hash("nobody has this password")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator["Turn"]:
        """Room to count an attempt and check a password; raises PasswordsBusy when too many wait already."""
        if self._waiting >= self._room:
            raise PasswordsBusy
        self._waiting += 1
        try:
            async with self._turns:
                yield Turn(self)
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        """The Argon2id hash of a password; raises PasswordsBusy."""
        async with self.turn() as turn:
            return await turn.hash(password)

    async def fits(self, hashed: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed; with nothing to compare it takes as long. Raises PasswordsBusy."""
        async with self.turn() as turn:
            return await turn.fits(hashed, password)

    def is_dated(self, hashed: str) -> bool:
        """Whether the parameters have been raised since."""
        return self._hasher.check_needs_rehash(hashed)

    def check(self, hashed: str | None, password: str) -> bool:
        """One check, on the thread that calls it."""
        try:
            self._hasher.verify(hashed or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    async def in_pool[T](self, work: Callable[[], T]) -> T:
        """Do it on one of the pool's threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def make(self, password: str) -> str:
        """One hash, on the thread that calls it."""
        return self._hasher.hash(password)


class Turn:
    """What whoever has a turn may ask."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords

    async def hash(self, password: str) -> str:
        """The Argon2id hash of a password."""
        return await self._passwords.in_pool(lambda: self._passwords.make(password))

    async def fits(self, hashed: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed; with nothing to compare it takes as long."""
        return await self._passwords.in_pool(lambda: self._passwords.check(hashed, password))
