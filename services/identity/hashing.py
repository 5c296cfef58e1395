"""Passwords hashed by Argon2id off the event loop, in a bounded pool: guesses queue up, other requests do not."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.settings import IdentitySettings
from shared.eventsourcing.refusal import Unavailable


class PasswordsBusy(Unavailable):
    """More passwords are waiting to be checked than the queue holds."""

    sentence = "Muitos acessos ao mesmo tempo. Tente novamente em instantes."
    retry_after_seconds = 2


class Passwords:
    """Hashes and checks passwords; the time it takes does not tell whether there was anything to check."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._hasher = PasswordHasher(
            settings.argon2_time_cost, settings.argon2_memory_kib, settings.argon2_parallelism, hash_len=32, salt_len=16, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(settings.password_threads, thread_name_prefix="passwords")
        self._room = settings.password_threads + settings.password_queue
        self._waiting = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The Argon2id hash of a password; raises PasswordsBusy."""
        return await self._run(lambda: self._hasher.hash(password))

    async def fits(self, hashed: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed; with nothing to compare it takes as long. Raises PasswordsBusy."""
        return await self._run(lambda: self._fits(hashed, password))

    def is_dated(self, hashed: str) -> bool:
        """Whether the parameters have been raised since."""
        return self._hasher.check_needs_rehash(hashed)

    def _fits(self, hashed: str | None, password: str) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody has this password")
        try:
            self._hasher.verify(hashed or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    async def _run[T](self, work: Callable[[], T]) -> T:
        if self._waiting >= self._room:
            raise PasswordsBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
