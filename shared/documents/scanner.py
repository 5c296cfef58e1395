"""Asks clamd whether bytes are known malware, over its INSTREAM command."""

import asyncio
import socket
import struct
from contextlib import suppress
from pathlib import Path

from shared.aside import stepped_aside
from shared.eventsourcing.refusal import Unavailable


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
            answer = await asyncio.to_thread(self._ask, path)
        except OSError as error:
            raise ScannerAway from error
        if answer.endswith("FOUND"):
            return True
        if answer.endswith("OK"):
            return False
        raise ScannerAway(answer[:100])

    def _ask(self, path: Path) -> str:
        """The file as one chunk, which the kernel copies from the disk to the socket; the timeout is of each wait."""
        with (
            stepped_aside(),
            socket.create_connection((self._host, self._port), self._timeout) as connection,
            path.open("rb") as file,
        ):
            # It hangs up on what it will not read to the end, and has said why before: that waits to be read.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0" + struct.pack("!I", path.stat().st_size))
                connection.sendfile(file)
                connection.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0"):
                part = connection.recv(1024)
                if not part:
                    raise ConnectionResetError
                answer += part
            return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
