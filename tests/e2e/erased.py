"""Somebody comes, leaves traces in every corner, is erased; every corner of the running system is searched before and after.

A search that finds nothing says nothing unless it would have found something: before she is erased it must find her in the tables
and in the file that she brought, whose bytes hold her number at the council as it is.
"""

import asyncio
import re
from collections.abc import Sequence

from demo.chapter_6_own_data import is_erased, leaves_traces, nina, registration
from demo.stage import Stage
from deploy.local.home import LOOPBACK, SERVICES
from deploy.local.servers.postgres import admin_url
from shared.kafka import consumer, let_go
from shared.testing.inbox import Inbox
from shared.testing.people import Cast
from tests.infra.scan import records_of, traces_in_database, traces_in_files, traces_in_records
from tests.infra.system import System

PATIENCE = 240.0
INGRESS = "utility."
NOT_OURS = ("mail.log",)
"""The mail catcher stands for the world outside: it notes whom it was given mail for."""


def needles(cast: Cast) -> Sequence[str]:
    """All the ways in which a trace of her could be written."""
    her = nina(cast)
    cpf, phone = her.document, re.sub(r"\D", "", her.phone)[-11:]
    masked = f"{cpf[:3]}.{cpf[3:6]}.{cpf[6:9]}-{cpf[9:]}"
    return [her.name, her.email, cpf, masked, phone, her.password, registration(cast.run), "certidao-de-nina"]


async def walk(system: System, cast: Cast) -> list[str]:
    """Chapter 6 of the demo, for this cast; answers where she was found just before she was erased."""
    stage = Stage(system.gateway, cast, Inbox(system.inbox, patience=PATIENCE), loud=False, patience=PATIENCE)
    try:
        client = await leaves_traces(stage)
        held = await _in_tables_and_files(system, needles(cast))
        await is_erased(stage, client)
    finally:
        await stage.close()
    return held


def missing(held: Sequence[str], cast: Cast) -> set[str]:
    """Where the search should have found her before she was erased, and did not: her account, and what her file alone holds in clear."""
    her = nina(cast)
    unseen = {f"identity.accounts: {needle}" for needle in (her.name, her.email, her.document)} - set(held)
    in_her_file = any(line.startswith("s3/") and line.endswith(f": {registration(cast.run)}") for line in held)
    return unseen if in_her_file else unseen | {"s3: her file"}


async def _in_tables_and_files(system: System, sought: Sequence[str]) -> list[str]:
    found = [f"s3/{line}" for line in traces_in_files(system.home.state("s3"), sought)]
    for service in SERVICES:
        found += [f"{service}.{line}" for line in await traces_in_database(admin_url(system.home, service), sought)]
    return found


async def _files_are_gone(system: System, sought: Sequence[str]) -> list[str]:
    """The files go a moment after the keys; answers what is left when patience ends."""
    left: list[str] = []
    for _ in range(int(PATIENCE)):
        left = traces_in_files(system.home.state("s3"), sought)
        waiting = await traces_in_database(admin_url(system.home, "professional"), ["profile-"], only=["forgotten_streams"])
        if not left and not waiting:
            return []
        await asyncio.sleep(1)
    return left or ["forgotten_streams"]


async def traces(system: System, cast: Cast) -> list[str]:
    """Every trace of her outside the inbox that she reads: tables, topics, objects, logs."""
    sought = needles(cast)
    found = await _files_are_gone(system, sought)
    for service in SERVICES:
        found += [f"{service}.{line}" for line in await traces_in_database(admin_url(system.home, service), sought)]
    bootstrap = f"{LOOPBACK}:{system.home.ports['kafka']}"
    found += traces_in_records([record async for record in records_of(bootstrap, await _topics(bootstrap))], sought)
    found += [line for line in traces_in_files(system.home.logs, sought) if not line.startswith(NOT_OURS)]
    return found


async def _topics(bootstrap: str) -> list[str]:
    source = consumer(bootstrap, None, "scan")
    await source.start()
    try:
        return sorted(name for name in await source.topics() if not name.startswith(("__", INGRESS)))
    finally:
        await let_go(source)
