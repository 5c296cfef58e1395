"""`python -m bench`: measure against peers in a database of its own, print the table, keep it in bench/."""

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

import asyncpg
import uvloop

from bench.append import measure
from bench.rounds import Measured
from deploy.local.home import Home
from deploy.local.servers.postgres import admin_url
from shared.postgres import migrate

HERE = Path(__file__).parent
KERNEL = HERE.parent / "shared" / "migrations"
TABLES = """
create table bare_events (like events including all);
create table bench_rows (stream text primary key, modules bigint not null);
"""


def table(rows: Sequence[Measured]) -> str:
    """The rows as people read them."""
    lines = ["| what | ours per s | peer per s | ratio | goal | holds |", "|---|---|---|---|---|---|"]
    holds = {True: "yes", False: "**no**", None: "-"}
    lines += [f"| {r.name} | {r.ours:,.0f} | {r.peer:,.0f} | {r.ratio:.2f} | {r.goal} | {holds[r.holds]} |" for r in rows]
    return "\n".join(lines)


def keep(rows: Sequence[Measured], machine: str) -> None:
    """Put the table into README.md between its marks, and the rows into results.json."""
    readme = HERE / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition("<!-- table -->")
    _, _, after = rest.partition("<!-- end of table -->")
    readme.write_text(f"{before}<!-- table -->\n{machine}\n\n{table(rows)}\n<!-- end of table -->{after}", encoding="utf-8")
    (HERE / "results.json").write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


async def run(admin: str, scale: float) -> tuple[list[Measured], str]:
    """Measure in a fresh database, which is dropped afterwards; answers the rows and what they were measured on."""
    name = f"bench_{uuid4().hex[:8]}"
    server = await asyncpg.connect(admin)
    try:
        await server.execute(f"create database {name}")
        url = admin.rsplit("/", 1)[0] + f"/{name}"
        await migrate(url, "current_user", [KERNEL])
        database = await asyncpg.connect(url)
        await database.execute(TABLES)
        version = await database.fetchval("show server_version")
        await database.close()
        rows = await measure(url, scale)
        return rows, f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, PostgreSQL {version}, fsync on."
    finally:
        await server.execute(f"drop database if exists {name} with (force)")
        await server.close()


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--admin", default=os.environ.get("BENCH_ADMIN_URL"), help="a superuser's PostgreSQL address; default: the local one"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="longer or shorter rounds")
    parser.add_argument("--keep", action="store_true", help="write bench/README.md and bench/results.json")
    chosen = parser.parse_args()
    rows, machine = uvloop.run(run(chosen.admin or admin_url(Home.from_environment()), chosen.scale))
    print(f"{machine}\n\n{table(rows)}")
    if chosen.keep:
        keep(rows, machine)


if __name__ == "__main__":
    main()
