"""A mail server whose answers a test writes: real words over a real socket, so that every way an attempt may end can be shown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

NO_ANSWER = ""


@dataclass
class ScriptedServer:
    """Says yes to everything but for what stands in `says`: an answer by the first word of what was said, `.` for the whole message."""

    port: int = 0
    says: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    words_came: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        writer.write(b"220 here\r\n")
        try:
            while line := (await reader.readline()).decode().strip():
                word = line.split(":")[0].split(" ")[0].upper()
                answer = self.says.get(word, {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 yes"))
                writer.write(f"{answer}\r\n".encode())
                if answer.startswith("354"):
                    await self._message(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _message(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken.append(message_from_bytes(await reader.readuntil(b"\r\n.\r\n"), policy=default))
        self.words_came.set()
        answer = self.says.get(".", "250 taken")
        if answer == NO_ANSWER:
            await reader.read()
            return
        writer.write(f"{answer}\r\n".encode())


@asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    """A server on a port of its own."""
    it = ScriptedServer()
    server = await asyncio.start_server(it.talk, "127.0.0.1", 0)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()
