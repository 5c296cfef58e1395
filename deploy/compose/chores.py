"""Commands of the services, run in a container that has every service's secrets: migrations, verify, replay, and what an operator asks."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from deploy.compose.places import admin_url
from deploy.local.home import SERVICES, Home
from deploy.local.secret_settings import named, secret_settings

AT_ONCE = 2


def run(home: Home, service: str, words: Sequence[str]) -> int:
    """`python -m services.<service> …` as the owner of its tables; answers its exit status."""
    told = named(service, secret_settings(home, service, admin_url(home), migrator=True))
    command = [sys.executable, "-m", f"services.{service}", *words]
    return subprocess.run(command, check=False, env={**os.environ, **told}).returncode


def run_all(home: Home, words: Sequence[str]) -> int:
    """The same for all five, two at a time; 1 when any of them failed, and which."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = dict(zip(SERVICES, pool.map(lambda service: run(home, service, words), SERVICES), strict=True))
    failed = [service for service, code in codes.items() if code]
    sys.stdout.write(f"{words[0]}: {', '.join(failed)} failed\n" if failed else f"{words[0]}: all five are well\n")
    return 1 if failed else 0
