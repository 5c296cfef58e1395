"""`python -m bench.password_pool`: do fifty people who guess passwords at once keep others waiting?

A real identity service answers over HTTP, on a database of its own. Rounds take turns: nobody guesses, and fifty log-ins are under way
all the time, each for another CPF, so that every one of them is hashed. Measured is what somebody else waits for a step of a sign-up.
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import uvloop

from bench.enumeration import identity
from deploy.local.home import Home
from deploy.local.servers.postgres import admin_url
from shared.testing.people import cpf

KEPT = Path(__file__).with_suffix(".md")
GUESSERS = 50
GOAL = 2.0
_ROUNDS = 5
_EACH = 300


async def guess(url: str) -> None:
    """Log-ins until told to stop, fifty at once, each for another CPF; then what was answered."""
    answers: Counter[int] = Counter()
    numbers = itertools.count(int(time.time()) % 1_000_000 * 500)

    async def one(http: httpx.AsyncClient) -> None:
        while True:
            body = {"cpf_or_cnpj": cpf(next(numbers) % 900_000_000), "password": "não-é-esta"}
            answers[(await http.post("/v1/sessions", json=body)).status_code] += 1

    async with httpx.AsyncClient(base_url=url, timeout=60, limits=httpx.Limits(max_connections=GUESSERS)) as http:
        guessers = [asyncio.create_task(one(http)) for _ in range(GUESSERS)]
        while answers.total() < GUESSERS and not any(guesser.done() for guesser in guessers):  # noqa: ASYNC110 - a few times a round
            await asyncio.sleep(0.1)
        print("all are waiting", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for guesser in guessers:
            guesser.cancel()
        failed = [error for error in await asyncio.gather(*guessers, return_exceptions=True) if isinstance(error, Exception)]
    if failed:
        raise failed[0]
    print(json.dumps(answers), flush=True)


@asynccontextmanager
async def guessing(url: str, answers: Counter[int]) -> AsyncIterator[None]:
    """Somebody guesses, in a process of its own, so that asking takes nothing from measuring."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.password_pool", "--guess", url, stdin=pipe, stdout=pipe)
    try:
        await _output(process).readline()
        yield
    finally:
        said, _ = await process.communicate(b"enough\n")
        answers.update({int(status): times for status, times in json.loads(said).items()})


def _output(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise TypeError(process)
    return process.stdout


class Other:
    """Somebody who signs up meanwhile."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=60)
        self._path = ""

    async def begin(self) -> None:
        """A sign-up under way."""
        body = {"cpf_or_cnpj": cpf(123_456), "email": "pessoa@exemplo.test"}
        answer = await self._http.post("/v1/sign-ups", json=body, headers={"Idempotency-Key": str(uuid4())})
        self._path = f"/v1/sign-ups/{answer.json()['id']}"

    async def waits(self, times: int) -> float:
        """What this person waits for one answer, at the 99th percentile, in milliseconds."""
        seconds = []
        for _ in range(times):
            began = time.perf_counter()
            (await self._http.get(self._path)).raise_for_status()
            seconds.append(time.perf_counter() - began)
        return statistics.quantiles(seconds, n=100)[-1] * 1000

    async def close(self) -> None:
        """Gone."""
        await self._http.aclose()


async def measure(admin: str, scale: float) -> tuple[str, Counter[int]]:
    """The row: p99 with guessers, without, and the median ratio of the rounds; and what the guessers were answered."""
    each, answers, pairs = max(int(_EACH * scale), 20), Counter[int](), []
    async with identity(admin) as (url, _):
        other = Other(url)
        await other.begin()
        await other.waits(each)
        for _ in range(_ROUNDS):
            quiet = await other.waits(each)
            async with guessing(url, answers):
                pairs.append((await other.waits(each), quiet))
        await other.close()
    ratio = statistics.median(busy / quiet for busy, quiet in pairs)
    busy, quiet = (statistics.median(side) for side in zip(*pairs, strict=True))
    holds = "yes" if ratio <= GOAL else "**no**"
    return f"| {busy:.1f} | {quiet:.1f} | {ratio:.2f} | <= {GOAL:g} | {holds} |", answers


def page(row: str, answers: Counter[int]) -> str:
    """What was measured, as people read it."""
    head = f"| p99 in ms while {GUESSERS} guess | while nobody does | ratio | goal | holds |\n|---|---|---|---|---|"
    said = ", ".join(f"{times:,} of {status}" for status, times in sorted(answers.items()))
    return f"{head}\n{row}\n\nLog-ins answered meanwhile, by status: {said}. {os.cpu_count()} cores, {platform.machine()}.\n"


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(prog="bench.password_pool", description=__doc__)
    parser.add_argument(
        "--admin", default=os.environ.get("BENCH_ADMIN_URL"), help="a superuser's PostgreSQL address; default: the local one"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="longer or shorter rounds")
    parser.add_argument("--keep", action="store_true", help="write bench/password_pool.md")
    parser.add_argument("--guess", metavar="URL", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.guess:
        uvloop.run(guess(chosen.guess))
        return
    measured = page(*uvloop.run(measure(chosen.admin or admin_url(Home.from_environment()), chosen.scale)))
    print(measured)
    if chosen.keep:
        KEPT.write_text(
            f"# Do those who guess passwords keep others waiting?\n\n{' '.join((__doc__ or '').split())}\n\n{measured}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
