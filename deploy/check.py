"""`make check`: everything that can be said of the code without running the system, each with its time; two at once."""

import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
AT_ONCE = 2
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Look:
    """One way to look at the code."""

    title: str
    command: Sequence[str]
    remedy: str


LOOKS = (
    Look("types (mypy strict)", [f"{BIN}/mypy", "--no-error-summary"], "each line says where"),
    Look("locks fresh", [sys.executable, "deploy/lock.py", "--check"], "make lock"),
    Look("format (ruff)", [f"{BIN}/ruff", "format", "--check", "--quiet", "."], "make format"),
    Look("lint (ruff)", [f"{BIN}/ruff", "check", "--quiet", "."], "make format mends some; each line says where"),
    Look("imports (import-linter)", [f"{BIN}/lint-imports"], "see .importlinter"),
    Look("contracts fresh", [sys.executable, "-m", "shared.contracts.generate", "--check"], "python -m shared.contracts.generate"),
    Look("architecture and unit tests", [*PYTEST, "tests/architecture", "tests/unit"], "each test's name is its rule"),
)


def look(one: Look) -> bool:
    """Run it; print its line, and all it said if it failed."""
    start = time.monotonic()
    done = subprocess.run(one.command, check=False, cwd=ROOT, capture_output=True, text=True)
    took = time.monotonic() - start
    if done.returncode == 0:
        sys.stdout.write(f"  ✓ {one.title:<34}{took:6.1f} s\n")
    else:
        sys.stdout.write(f"  ✗ {one.title:<34}{took:6.1f} s\n{done.stdout}{done.stderr}\n  → {one.remedy}\n")
    sys.stdout.flush()
    return done.returncode == 0


def main() -> int:
    """All looks; the slow ones begin first."""
    start = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        well = list(pool.map(look, LOOKS))
    sys.stdout.write(f"  {sum(well)} of {len(well)} in {time.monotonic() - start:.1f} s\n")
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
