"""PostgreSQL, Kafka, S3, the inbox and the scanner: everything the services lean on."""

import os
import shutil
import time
from collections.abc import Sequence
from functools import partial
from types import ModuleType

from deploy.local.answers import port_answers
from deploy.local.home import LOOPBACK, Home
from deploy.local.orphans import end_orphans
from deploy.local.program import Program
from deploy.local.servers import clamd, kafka, mail, postgres, s3
from deploy.local.steps import Steps
from deploy.local.supervisor import Supervisor
from deploy.local.trouble import Trouble

SERVERS: tuple[ModuleType, ...] = (postgres, kafka, s3, mail, clamd)
LEAST_FREE_BYTES = 2 * 1024**3
LOG_TAIL = 600


def programs(home: Home) -> list[Program]:
    """The five servers."""
    home.make()
    return [server.program(home) for server in SERVERS]


def prepare(home: Home, steps: Steps, servers: Sequence[ModuleType] = SERVERS) -> None:
    """Directories, downloads, first-start files."""
    home.make()
    enough_disk(home)
    for server in servers:
        steps.do(f"prepare {server.__name__.rsplit('.', 1)[-1]}", partial(server.prepare, home))


def up(home: Home, steps: Steps, known: Sequence[Program] = ()) -> Supervisor:
    """Start the five servers; returns when all answer. The supervisor is told of all `known` programs, and starts none of the others."""
    prepare(home, steps)
    supervisor = Supervisor(home)
    wanted = programs(home)
    ports_are_free(home, supervisor, wanted)
    supervisor.start(known or wanted)
    launch(home, supervisor, wanted, steps)
    steps.do("buckets", lambda: s3.make_buckets(home))
    write_addresses(home)
    return supervisor


def launch(home: Home, supervisor: Supervisor, wanted: Sequence[Program], steps: Steps) -> None:
    """Start all at once, then wait for each in turn."""
    for program in wanted:
        supervisor.launch(program.name)
    for program in wanted:
        steps.do(f"{program.name} answers", partial(wait, home, supervisor, program))


def wait(home: Home, supervisor: Supervisor, program: Program) -> None:
    """Until the program answers, or say what its log says."""
    deadline = time.monotonic() + program.patience * float(home.settings.get("GD_PATIENCE", "1"))
    while not program.ready(home):
        state = supervisor.states()[program.name]["statename"]
        if state in {"FATAL", "EXITED"} or time.monotonic() > deadline:
            log = home.logs / f"{program.name}.log"
            tail = log.read_text(errors="replace")[-LOG_TAIL:] if log.exists() else ""
            raise Trouble(f"{program.name} does not answer ({state.lower()}); its last words:\n{tail}", f"read {log}")
        time.sleep(0.1)


def ports_are_free(home: Home, supervisor: Supervisor, wanted: Sequence[Program]) -> None:
    """Each port is either ours already or nobody's; what a killed supervisor left behind is ended first."""
    running = supervisor.running()
    if not running:
        end_orphans(home.path)
    states = supervisor.states() if running else {}
    for program in wanted:
        if states.get(program.name, {}).get("statename") in {"RUNNING", "STARTING"}:
            continue
        for name in program.ports:
            port = home.ports[name]
            if port_answers(port):
                setting = f"GD_PORT_{name.upper()}"
                raise Trouble(
                    f"port {port}, wanted by {program.name}, is taken by another program", f"stop it, or set {setting} to a free port"
                )


def enough_disk(home: Home) -> None:
    """Kafka and PostgreSQL stop hard on a full disk: better not begin."""
    free = shutil.disk_usage(home.path).free
    if free < LEAST_FREE_BYTES:
        raise Trouble(f"only {free // 1024**2} MiB are free under {home.path}", "free 2 GiB, or set GD_HOME to a larger disk")


def addresses(home: Home) -> dict[str, str]:
    """What tests and services are told about the five servers."""
    access, key = s3.credentials(home)
    ports = home.ports
    return {
        "TEST_POSTGRES_URL": postgres.admin_url(home),
        "KAFKA_BOOTSTRAP": f"{LOOPBACK}:{ports['kafka']}",
        "S3_URL": f"http://{LOOPBACK}:{ports['s3']}",
        "S3_PUBLIC_URL": f"http://{LOOPBACK}:{ports['s3']}",
        "S3_ACCESS_KEY": access,
        "S3_SECRET_KEY": key,
        "S3_REGION": s3.REGION,
        "SMTP_HOST": LOOPBACK,
        "SMTP_PORT": str(ports["smtp"]),
        "INBOX_URL": f"http://{LOOPBACK}:{ports['inbox']}",
        "CLAMD_ADDRESS": f"{LOOPBACK}:{ports['clamd']}",
    }


def write_addresses(home: Home) -> None:
    """The same, as a file for `set -a; . FILE`."""
    path = home.path / "infra.env"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in addresses(home).items())
