"""Asks clamd whether bytes are known malware, over its INSTREAM command."""

import asyncio
import struct
from pathlib import Path

from shared.eventsourcing.refusal import Unavailable

_CHUNK = 64 * 1024


class ScannerAway(Unavailable):
    """The scanner does not answer; documents wait."""


class Scanner:
    """A clamd at `host:port`."""

    def __init__(self, address: str, timeout: float = 60) -> None:
        host, _, port = address.rpartition(":")
        self._host = host
        self._port = int(port)
        self._timeout = timeout

    async def is_infected(self, path: Path) -> bool:
        """Whether the file is known malware; raises ScannerAway."""
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._ask(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise ScannerAway from error
        if answer.endswith("FOUND"):
            return True
        if answer.endswith("OK"):
            return False
        raise ScannerAway(answer[:100])

    async def _ask(self, path: Path) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(b"zINSTREAM\0")
            with path.open("rb") as file:
                while part := await asyncio.to_thread(file.read, _CHUNK):
                    writer.write(struct.pack("!I", len(part)) + part)
                    await writer.drain()
            writer.write(struct.pack("!I", 0))
            await writer.drain()
            return (await reader.readuntil(b"\0")).rstrip(b"\0").decode("utf-8", "replace").strip()
        finally:
            writer.close()
