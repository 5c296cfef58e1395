"""What a chapter is given: the cast, a client for each of them, the inbox, and what earlier chapters left on the table."""

import asyncio
import fcntl
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from demo.client import PATIENCE_SECONDS, Client
from demo.household import address_of
from demo.surprise import Surprise
from shared.testing.inbox import Inbox
from shared.testing.people import Cast, Person

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Stage:
    """One walk through the guide."""

    gateway: str
    cast: Cast
    inbox: Inbox
    loud: bool = True
    label: str = ""
    patience: float = PATIENCE_SECONDS
    table: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @property
    def run(self) -> int:
        """The number of this walk."""
        return self.cast.run

    def client(self, person: Person | str) -> Client:
        """The one browser of this person, for the whole walk."""
        key = person if isinstance(person, str) else person.key
        if key not in self.clients:
            name = person if isinstance(person, str) else person.first_name
            self.clients[key] = self.browser(name)
        return self.clients[key]

    def browser(self, name: str) -> Client:
        """A browser that nobody has used yet, calling from this household's address."""
        return Client(self.gateway, name, address=address_of(self.gateway, self.run), patience=self.patience)

    def title(self, text: str) -> None:
        """A heading."""
        self._print(f"\n{text}\n{'─' * len(text)}")

    def say(self, text: str, **came_back: Any) -> None:
        """One step, and what came back."""
        facts = " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in came_back.items() if value is not None)
        self._print(f"  {self.label}✓ {text}" + (f"  [{facts}]" if facts else ""))

    def check(self, right: object, surprise: str) -> None:
        """What must be so, or the walk ends."""
        if not right:
            raise Surprise(surprise)

    def _print(self, text: str) -> None:
        if self.loud:
            print(text, flush=True)

    async def command(self, service: str, *words: str) -> str:
        """Run `python -m services.<service> …` where the services run, as their operator would.

        DEMO_COMMAND says how to reach that place, for instance `docker compose exec -T`; the default is this machine.
        """
        prefix = os.environ.get("DEMO_COMMAND", f"{ROOT}/.venv/bin/python -m deploy.local run").split()
        process = await asyncio.create_subprocess_exec(
            *prefix, service, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        if process.returncode:
            raise Surprise(f"{service} {words[0]} failed: {(err or out).decode()[-600:]}")
        return out.decode()

    @asynccontextmanager
    async def kept(self, name: str) -> AsyncIterator["Kept"]:
        """Something that outlives a walk (the first administrator); one walk at a time holds it."""
        home = Path(os.environ.get("GD_HOME", ROOT / ".local")) / "demo"
        home.mkdir(parents=True, exist_ok=True)
        with (home / f"{name}.lock").open("w") as lock:
            while not _taken(lock):  # noqa: ASYNC110 - another process lets it go, without telling anyone
                await asyncio.sleep(0.2)
            yield Kept(home / f"{name}.json")

    async def close(self) -> None:
        """Everybody goes home."""
        for client in self.clients.values():
            await client.http.aclose()
        await self.inbox.close()


def _taken(lock: TextIO) -> bool:
    """Without waiting: a walk that waited in a thread would take it from the others' look-ups of addresses."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True)
class Kept:
    """A small record in a file that only its owner reads."""

    path: Path

    def read(self) -> dict[str, Any] | None:
        """What was kept, if anything."""
        found: dict[str, Any] | None = json.loads(self.path.read_text()) if self.path.exists() else None
        return found

    def write(self, record: dict[str, Any]) -> None:
        """Keep it."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(record, file)


async def eventually(ask: Callable[[], Any], *, patience: float = PATIENCE_SECONDS, why: str = "it") -> Any:
    """Ask (an async callable) until the answer is true; answers it."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        answer = await ask()
        if answer:
            return answer
        await asyncio.sleep(0.3)
    raise Surprise(f"waited {patience:g} s for {why}")
