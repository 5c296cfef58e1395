"""`make demo`: walk the guide's chapters in order; the first surprise ends it with a failure."""

import argparse
import asyncio
import importlib
import os
import re
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from demo.client import PATIENCE_SECONDS
from demo.stage import Stage
from demo.surprise import Surprise
from deploy.local.home import LOOPBACK, Home
from shared.testing.inbox import Inbox, NoMail
from shared.testing.people import RUNS, Cast

type Play = Callable[[Stage], Awaitable[None]]

CHAPTER = re.compile(r"chapter_(\d+)_(\w+)\.py")


def chapters() -> list[tuple[int, Play]]:
    """Every chapter beside this file, in order."""
    found = []
    for file in sorted(Path(__file__).parent.glob("chapter_*.py")):
        named = CHAPTER.fullmatch(file.name)
        if named:
            module = importlib.import_module(f"demo.{file.stem}")
            found.append((int(named[1]), module.play))
    return sorted(found, key=lambda chapter: chapter[0])


async def walk(run: int, gateway: str, inbox: str, *, only: int | None, until: int | None, label: str = "", walks: int = 1) -> bool:
    """One run of the whole story; answers whether it went as told."""
    patience = PATIENCE_SECONDS * walks
    cast = Cast(run, os.environ.get("DISTRIBUTOR_CODE", "002"))
    stage = Stage(gateway, cast, Inbox(inbox, patience=patience), label=label, patience=patience)
    began = time.monotonic()
    try:
        for number, play in chapters():
            if number > (only or until or number):
                break
            stage.loud = only is None or number == only
            await play(stage)
    except (Surprise, NoMail) as surprise:
        print(f"\n✗ {label}run {run}: {surprise}", file=sys.stderr, flush=True)
        return False
    finally:
        await stage.close()
    print(f"\n{label}run {run}: the whole walk in {time.monotonic() - began:.1f} s")
    return True


async def walks(options: argparse.Namespace) -> int:
    """One walk, or many at once."""
    first = options.run if options.run is not None else secrets.randbelow(RUNS - options.at_once)
    labels = [f"{n + 1:>2} " if options.at_once > 1 else "" for n in range(options.at_once)]
    chosen = {"only": options.only, "until": options.until, "walks": options.at_once}
    went = await asyncio.gather(*(walk(first + n, options.gateway, options.inbox, label=label, **chosen) for n, label in enumerate(labels)))
    if options.at_once > 1:
        print(f"{sum(went)} of {len(went)} walks went as told")
    return 0 if all(went) else 1


def main() -> int:
    """Read the options and walk."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    ports = Home.from_environment().ports
    parser.add_argument("--gateway", default=os.environ.get("GATEWAY", f"http://{LOOPBACK}:{ports['gateway']}"))
    parser.add_argument("--inbox", default=os.environ.get("INBOX_URL", f"http://{LOOPBACK}:{ports['inbox']}"))
    parser.add_argument("--only", type=int, help="tell only this chapter; those before it are walked silently")
    parser.add_argument("--until", type=int, help="stop after this chapter")
    parser.add_argument("--run", type=int, help="the number of the run (people, documents and units are numbered by it)")
    parser.add_argument("--at-once", type=int, default=1, help="so many walks side by side")
    return asyncio.run(walks(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
