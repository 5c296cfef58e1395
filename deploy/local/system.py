"""Up, down, reset: the whole agency on this machine."""

import shutil
import sys
import time
from functools import partial

from deploy.local import infra, services
from deploy.local.home import LOOPBACK, Home
from deploy.local.program import Program
from deploy.local.servers import gateway, s3
from deploy.local.steps import Steps
from deploy.local.supervisor import Supervisor
from deploy.local.trouble import Trouble

_STARTING_SECONDS = 10.0


def programs(home: Home) -> list[Program]:
    """Every process, servers first, the gateway last."""
    return [*infra.programs(home), *services.programs(home), gateway.program(home)]


def up(home: Home, steps: Steps) -> None:
    """Start everything; returns when everything answers."""
    infra.prepare(home, steps)
    gateway.prepare(home)
    wanted = programs(home)
    supervisor = Supervisor(home)
    infra.ports_are_free(home, supervisor, wanted)
    steps.do("supervisor", lambda: supervisor.start(wanted))
    servers = len(infra.SERVERS)
    infra.launch(home, supervisor, wanted[:servers], steps)
    infra.write_addresses(home)
    steps.do("databases and roles", partial(services.make_databases, home))
    steps.do("buckets", partial(s3.make_buckets, home))
    steps.do("migrations, topics and seeds", partial(services.migrate, home))
    infra.launch(home, supervisor, wanted[servers:], steps)
    every_child_lives(supervisor, wanted)
    sys.stdout.write(table(home, steps))


def every_child_lives(supervisor: Supervisor, wanted: list[Program]) -> None:
    """Nothing is said to be up while a process is not; one that answers within its first second is not yet called running."""
    until = time.monotonic() + _STARTING_SECONDS
    while True:
        states = supervisor.states()
        ill = [(one.name, str(states[one.name]["statename"])) for one in wanted if states[one.name]["statename"] != "RUNNING"]
        if not ill:
            return
        name, state = ill[0]
        if state != "STARTING" or time.monotonic() > until:
            raise Trouble(f"{name} is {state.lower()}", f"make logs SERVICE={name}")
        time.sleep(0.1)


def table(home: Home, steps: Steps) -> str:
    """Where to look."""
    ports = home.ports
    rows = (
        ("portal's door", f"http://{LOOPBACK}:{ports['gateway']}"),
        ("contracts", f"http://{LOOPBACK}:{ports['gateway']}/docs"),
        ("inbox", f"http://{LOOPBACK}:{ports['inbox']}"),
        ("state, logs, secrets", str(home.path)),
    )
    lines = "".join(f"  {name:<22}{address}\n" for name, address in rows)
    return f"\nUp after {steps.total():.1f} s; every readiness check answers.\n\n{lines}\n"


def down(home: Home, steps: Steps) -> None:
    """Stop everything; the state stays."""
    supervisor = Supervisor(home)
    if supervisor.running():
        steps.do("stop everything", supervisor.shutdown)
    else:
        sys.stdout.write("nothing runs\n")


def reset(home: Home, steps: Steps) -> None:
    """Stop everything and forget everything but the downloaded tools."""
    down(home, steps)
    for folder in (home.path / "state", home.logs, home.run, home.secrets, home.path / "demo"):
        shutil.rmtree(folder, ignore_errors=True)
    (home.path / "infra.env").unlink(missing_ok=True)
