"""`python -m bench`: measure against peers on servers of its own, print the table, keep it in bench/."""

import argparse
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import uvloop

from bench import append, doors, idle, latency, rebuilding, stored, stream, uploads
from bench.place import connected, place
from bench.rounds import Measured, Plan
from bench.table import keep, kept_ratios, machine, table
from deploy.local.home import LOOPBACK, ROOT, Home
from deploy.local.servers.postgres import admin_url
from shared.collector import settle
from shared.logging import start_logging
from shared.postgres import migrate, open_pool

KERNEL = ROOT / "shared" / "migrations"
TABLES = """
create table bare_events (like events including all);
create table bench_rows (stream text primary key, modules bigint not null);
create table foreign_rows (stream text collate "C" primary key, modules bigint not null);
create table library_rows (stream text primary key, modules bigint not null);
"""
FEW = 10_000


@dataclass(frozen=True)
class Bench:
    """Where measurements run, how long they take, and what was measured before in this run."""

    home: Home
    plan: Plan
    stored: int
    ratios: dict[str, float]

    async def fresh(self) -> str:
        """A new database with the kernel's tables and the peers'."""
        name = f"bench_{uuid4().hex[:8]}"
        async with connected(admin_url(self.home)) as server:
            await server.execute(f"create database {name}")
        url = admin_url(self.home, name)
        await migrate(url, "current_user", [KERNEL])
        async with connected(url) as database:
            await database.execute(TABLES)
        return url

    @property
    def bootstrap(self) -> str:
        """The broker."""
        return f"{LOOPBACK}:{self.home.ports['kafka']}"

    async def append(self) -> list[Measured]:
        """Appends and whole commands with few events stored."""
        url = await self.fresh()
        await _loaded(url, FEW)
        return await append.measure(url, self.plan)

    async def stream(self) -> list[Measured]:
        """Relay and consumer, then the latency from one service to another."""
        url = await self.fresh()
        async with await open_pool(url, minimum=4, maximum=16) as pool:
            return await stream.measure(pool, url, self.bootstrap, self.plan) + await latency.measure(pool, url, self.bootstrap, self.plan)

    async def rebuild(self) -> list[Measured]:
        """Rebuild of a view."""
        url = await self.fresh()
        async with await open_pool(url, minimum=2, maximum=4) as pool:
            return await rebuilding.measure(pool, url, self.plan)

    async def many(self) -> list[Measured]:
        """With many events stored."""
        url = await self.fresh()
        seconds = await _loaded(url, self.stored)
        print(f"{self.stored:,} events loaded into each of two tables in {seconds:.0f} s", flush=True)
        before = {**kept_ratios(), **self.ratios}
        async with await open_pool(url, minimum=32, maximum=32) as pool:
            rows = await stored.measure(pool, self.plan, self.stored, before)
            streamed = await stream.measure_many(pool, url, self.bootstrap, self.plan, self.stored)
            return rows + [stored.as_before(row, self.size, before) for row in streamed]

    async def many_doors(self) -> list[Measured]:
        """The routes with many requests, reviews and events stored."""
        with place() as home:  # of its own: the services' databases of this one have stood under another load
            rows = await doors.measure(home, self.plan, self.stored)
        return [stored.as_before(row, self.size, {**kept_ratios(), **self.ratios}) for row in rows]

    @property
    def size(self) -> str:
        """How many are stored, as it is said."""
        return f"{self.stored / 1_000_000:g} M"

    async def doors(self) -> list[Measured]:
        """Routes at a steady rate."""
        return await doors.measure(self.home, self.plan)

    async def uploads(self) -> list[Measured]:
        """What others wait while big files arrive and are looked at."""
        return await uploads.measure(self.home, self.plan)


async def _loaded(url: str, events: int) -> float:
    async with connected(url) as database:
        return await stored.load(database, events)


PARTS: Mapping[str, Callable[[Bench], Awaitable[list[Measured]]]] = {
    "append": Bench.append,
    "many": Bench.many,
    "stream": Bench.stream,
    "rebuild": Bench.rebuild,
    "doors": Bench.doors,
    "uploads": Bench.uploads,
    "many-doors": Bench.many_doors,
}

ALL = ("idle", *PARTS)


async def run(wanted: Sequence[str], plan: Plan, events: int) -> list[Measured]:
    """Measure these parts one after another, on servers that nobody else uses."""
    rows: list[Measured] = []
    if "idle" in wanted:
        rows = await idle.measure(plan)
        print(f"{table(rows)}\n", flush=True)
    with place() as home:
        bench = Bench(home, plan, events, {})
        for name in [name for name in wanted if name != "idle"]:
            start = time.monotonic()
            found = await PARTS[name](bench)
            bench.ratios.update({row.name: row.ratio for row in found if row.ratio is not None})
            rows += found
            print(f"{table(found)}\n{name}: {time.monotonic() - start:.0f} s\n", flush=True)
    return rows


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"which: {', '.join(ALL)}; default: all")
    parser.add_argument("--short", action="store_true", help="two short rounds of each, to see that it runs; not for the table")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stored", type=int, default=1_000_000, help="how many events `many` has stored")
    parser.add_argument("--keep", action="store_true", help="write bench/README.md and bench/results.json")
    chosen = parser.parse_args()
    plan = Plan(2, 0.15) if chosen.short else Plan(chosen.rounds, 1.0)
    start_logging("bench", "json", "ERROR")
    settle()
    rows = uvloop.run(run(chosen.parts or ALL, plan, chosen.stored))
    print(f"{machine()}\n\n{table(rows)}")
    if chosen.keep:
        keep(rows)


if __name__ == "__main__":
    main()
