"""How the database means to answer what a view asks: for tests of lists that must not look at every row."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from shared.postgres import Db


async def plans_of(db: Db, ask: Callable[[Db], Awaitable[object]]) -> list[Mapping[str, Any]]:
    """The plan of every query that `ask` sends."""
    sent: list[tuple[str, tuple[object, ...]]] = []
    with db.query_logger(lambda logged: sent.append((logged.query, logged.args))):
        await ask(db)
        await asyncio.sleep(0)  # the driver tells of a query in the next turn of the loop
    return [json.loads(await db.fetchval(f"explain (format json) {query}", *args))[0]["Plan"] for query, args in sent]


def scans(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every node that reads a table or an index: what it does, and what it reads."""
    read = plan.get("Index Name") or plan.get("Relation Name")
    if read is not None:
        yield plan["Node Type"], read
    for inner in plan.get("Plans", ()):
        yield from scans(inner)
