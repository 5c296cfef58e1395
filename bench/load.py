"""Requests at a steady rate, whoever is late: each is timed from the moment it was due, so that a stall is not left out."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_CONNECTIONS = 64
_OVERLOADED = 503


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; every one of a run may differ."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class WrongAnswer(Exception):
    """Another status than the one that a run is about."""


@dataclass
class Door:
    """Connections to one address, kept open; as little work per request as can be, since both sides share two cores."""

    host: str
    port: int
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def send(self, asked: Asked) -> tuple[int, bytes]:
        """One request; its status and body."""
        lines = [f"{asked.method} {asked.path} HTTP/1.1", f"host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in asked.headers.items()]
        if asked.body or asked.method == "POST":
            lines += ["content-type: application/json", f"content-length: {len(asked.body)}"]
        request = "\r\n".join([*lines, "", ""]).encode() + asked.body
        head, reader, writer = await self._head(request)
        status = int(head[9:12])
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        body = await reader.readexactly(length)
        if len(self.idle) < _CONNECTIONS:
            self.idle.append((reader, writer))
        else:
            writer.close()
        return status, body

    async def _head(self, request: bytes) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
        """Over a connection that is there, anew where the server has let go of what was idle too long."""
        while self.idle:
            reader, writer = self.idle.pop()
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                writer.write(request)
                return await reader.readuntil(b"\r\n\r\n"), reader, writer
            writer.close()
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(request)
        return await reader.readuntil(b"\r\n\r\n"), reader, writer

    def close(self) -> None:
        """Hang up."""
        for _, writer in self.idle:
            writer.close()
        self.idle.clear()


async def at_rate(door: Door, ask: Callable[[int], Asked], expected: int, per_second: float, seconds: float) -> list[float]:
    """Milliseconds of each request of a run; one that was turned away for overload counts with what it waited. Raises WrongAnswer."""
    taken: list[float] = []

    async def one(number: int, due: float) -> None:
        status, body = await door.send(ask(number))
        taken.append((time.perf_counter() - due) * 1000)
        if status not in {expected, _OVERLOADED}:
            raise WrongAnswer(f"{status} instead of {expected}: {body[:300].decode(errors='replace')}")

    start = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(per_second * seconds)):
            due = start + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            _ = tasks.create_task(one(number, due))
    door.close()
    return taken
