"""`python -m deploy.compose secrets|databases|buckets|gateway`, or `SERVICE|all WORDS…`: what containers run that end."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from deploy.compose import chores, gateway_files, handing_out
from deploy.compose.places import GATEWAY_FILES, HANDED_OUT, HOME, S3, admin_url
from deploy.local.databases import make_database
from deploy.local.home import SERVICES
from deploy.local.secret_settings import roles
from deploy.local.servers.s3 import credentials, make_buckets_at

MISUSED = 2


def secrets() -> None:
    """Make every secret that is missing; hand out all of them."""
    handing_out.hand_out(HOME, HANDED_OUT)


def databases() -> None:
    """One database and two roles per service; passwords become what the secrets say."""

    async def make() -> None:
        for service in SERVICES:
            await make_database(admin_url(HOME), service, roles(HOME, service))

    asyncio.run(make())


def buckets() -> None:
    """One bucket per service that keeps files."""
    make_buckets_at(f"{S3.host}:{S3.port}", *credentials(HOME))


def gateway() -> None:
    """Envoy's configuration and documents."""
    gateway_files.write(GATEWAY_FILES, os.environ)


VERBS: Mapping[str, Callable[[], None]] = {"secrets": secrets, "databases": databases, "buckets": buckets, "gateway": gateway}


def main(argv: Sequence[str]) -> int:
    """One verb, or a command of one service or of all."""
    match argv:
        case [verb] if verb in VERBS:
            VERBS[verb]()
            sys.stdout.write(f"{verb}: done\n")
            return 0
        case ["all", _, *_]:
            return chores.run_all(HOME, argv[1:])
        case [service, _, *_] if service in SERVICES:
            return chores.run(HOME, service, argv[1:])
        case _:
            sys.stderr.write(f"usage: {'|'.join(VERBS)}, or {'|'.join((*SERVICES, 'all'))} COMMAND …\n")
            return MISUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
