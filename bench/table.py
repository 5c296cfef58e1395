"""The table: as people read it in README.md, as rows in results.json; what was not measured this time stays as it was."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from bench.rounds import Measured
from deploy.local.servers.kafka import COORDINATES

README = Path(__file__).parent / "README.md"
RESULTS = Path(__file__).parent / "results.json"
_LIBRARIES = ("asyncpg", "aiokafka", "pydantic", "fastapi", "eventsourcing")
_HOLDS = {True: "yes", False: "**no**", None: "-"}


def machine() -> str:
    """What it was measured on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, Python {platform.python_version()}, PostgreSQL 18"
        f" (fsync on, `shared_buffers` 64 MB), Kafka {COORDINATES.rsplit(':', 1)[1]}, {libraries}."
    )


def table(rows: Sequence[Measured]) -> str:
    """The rows as people read them."""
    lines = ["| what | ours | peer | ratio | goal | holds |", "|---|---|---|---|---|---|"]
    lines += [f"| {r.name} | {_figure(r.ours)} | {_figure(r.peer)} | {_ratio(r.ratio)} | {r.goal} | {_HOLDS[r.holds]} |" for r in rows]
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def kept() -> list[Measured]:
    """The rows of the last table."""
    return [Measured(**row) for row in json.loads(RESULTS.read_text(encoding="utf-8"))]


def kept_ratios() -> Mapping[str, float]:
    """Their ratios, by name."""
    return {row.name: row.ratio for row in kept() if row.ratio is not None}


def keep(rows: Sequence[Measured]) -> None:
    """Put the rows into the table between its marks, and into results.json, in the place of those of the same name."""
    new = {row.name: row for row in rows}
    merged = [new.pop(row.name, row) for row in kept()] + list(new.values())
    before, _, rest = README.read_text(encoding="utf-8").partition("<!-- table -->")
    _, _, after = rest.partition("<!-- end of table -->")
    README.write_text(f"{before}<!-- table -->\n{machine()}\n\n{table(merged)}\n<!-- end of table -->{after}", encoding="utf-8")
    RESULTS.write_text(json.dumps([asdict(row) for row in merged], indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
