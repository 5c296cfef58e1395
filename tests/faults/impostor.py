"""A server that answers badly in the place of a real one: its port is taken over while the real one is stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.local.answers import port_answers
from deploy.local.home import LOOPBACK
from tests.infra.system import System

OVERLOADED = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
REFUSING = b"421 4.3.2 not now\r\n"


@asynccontextmanager
async def instead_of(system: System, program: str, port: str, answer: bytes) -> AsyncIterator[list[int]]:
    """While this runs, whoever calls that port gets this answer; yields how often it was given."""
    given = [0]

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is OVERLOADED:
            await reader.read(65536)
        given[0] += 1
        writer.write(answer)
        await writer.drain()
        writer.close()

    await asyncio.to_thread(system.supervisor.stop, program)
    server = await asyncio.start_server(answered, LOOPBACK, system.home.ports[port])
    try:
        yield given
    finally:
        server.close()
        await server.wait_closed()
        while port_answers(system.home.ports[port]):
            await asyncio.sleep(0.1)
        await asyncio.to_thread(system.supervisor.launch, program)
