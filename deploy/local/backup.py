"""Backups of one copy: a base of the whole cluster, its log from then on, and one service's database put back to an instant."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from deploy.local.answers import free_port
from deploy.local.databases import make_database
from deploy.local.home import LOOPBACK, Home
from deploy.local.secret_settings import roles
from deploy.local.secrets import secret
from deploy.local.servers.postgres import BIN, NOBODY, SETTINGS, SUPERUSER, admin_url, as_nobody
from deploy.local.supervisor import Supervisor
from deploy.local.trouble import Trouble

PATIENCE = 120.0
END = "end"
"""Instead of an instant: everything that was received."""
RECOVERY = """\
restore_command = 'cp "{log}/%f" "%p" || cp "{log}/%f.partial" "%p"'
archive_mode = off
"""
UNTIL = """\
recovery_target_time = '{instant}'
recovery_target_action = 'promote'
"""


def take_base(home: Home, folder: Path) -> None:
    """A base backup of the running cluster, into `folder`/base."""
    folder.mkdir(parents=True, exist_ok=True)
    _run(home, "pg_basebackup", "-D", str(folder / "base"), "-X", "stream", "-c", "fast", *_server(home.ports["postgres"]))


def receiving(home: Home, folder: Path) -> "subprocess.Popen[bytes]":
    """Begin to receive the cluster's log into `folder`/log, as it is written; the caller ends it. Begin before the base is taken."""
    (folder / "log").mkdir(parents=True, exist_ok=True)
    command = [str(BIN / "pg_receivewal"), "-D", str(folder / "log"), *_server(home.ports["postgres"])]
    return subprocess.Popen(command, env=_environment(home))


def restore(home: Home, service: str, folder: Path, instant: str) -> None:
    """Put one service's database back to an instant, or to END; its processes are stopped and stay so, the other services go on.

    An instant that the backup does not reach is told before anything is stopped.
    """
    if not Supervisor(home).running():
        raise Trouble("nothing runs: PostgreSQL must, to take the restored database", "make up")
    if instant == END:
        _stop(home, service)  # what it writes is in the log until then
    with tempfile.TemporaryDirectory(prefix="gd-restore-") as scratch:
        place = Path(scratch)
        place.chmod(0o755)
        dump = place / f"{service}.dump"
        _dump_as_of(home, service, folder, instant, place, dump)
        _stop(home, service)
        asyncio.run(_empty(home, service))
        _run(home, "pg_restore", "-d", service, *_server(home.ports["postgres"]), str(dump))


def _stop(home: Home, service: str) -> None:
    supervisor = Supervisor(home)
    for name in supervisor.states():
        if name == service or name.startswith(f"{service}_"):
            supervisor.stop(name)


def _dump_as_of(home: Home, service: str, folder: Path, instant: str, place: Path, dump: Path) -> None:
    """Recover the whole cluster beside the live one, up to the instant or the end, and take the one database out of it."""
    state, port = place / "cluster", free_port()
    shutil.copytree(folder / "base", state)
    shutil.copytree(folder / "log", place / "log")
    with (state / "postgresql.auto.conf").open("a") as settings:
        settings.write(RECOVERY.format(log=place / "log"))
        if instant != END:
            settings.write(UNTIL.format(instant=instant))
    (state / "recovery.signal").touch()
    if os.geteuid() == 0:
        owner = pwd.getpwnam(NOBODY)
        for path in (place, *place.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    state.chmod(0o700)
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    log = home.logs / "restore.log"
    with log.open("ab") as said:
        command = [*as_nobody(state), str(BIN / "postgres"), "-D", str(state), "-p", str(port), *options]
        server = subprocess.Popen(command, stdout=said, stderr=said, cwd="/")
    try:
        _until_recovered(home, server, port, log)
        _run(home, "pg_dump", "-Fc", "-f", str(dump), *_server(port), service)
    finally:
        server.terminate()
        server.wait(30)


def _until_recovered(home: Home, server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        asked = ["-At", "-c", "select pg_is_in_recovery()", *_server(port), "postgres"]
        done = subprocess.run([str(BIN / "psql"), *asked], check=False, capture_output=True, text=True, env=_environment(home))
        if done.stdout.strip() == "f":
            return
        time.sleep(0.2)
    tail = log.read_text(errors="replace")[-600:]
    raise Trouble(
        f"the backup does not reach that instant; its last words:\n{tail}", f"choose one between the base and the log's end, or `{END}`"
    )


async def _empty(home: Home, service: str) -> None:
    admin = await asyncpg.connect(admin_url(home), timeout=10)
    try:
        await admin.execute(f'drop database if exists "{service}" with (force)')
    finally:
        await admin.close()
    await make_database(admin_url(home), service, roles(home, service))


def _server(port: int) -> list[str]:
    return ["-h", LOOPBACK, "-p", str(port), "-U", SUPERUSER]


def _environment(home: Home) -> Mapping[str, str]:
    return {**os.environ, "PGPASSWORD": secret(home, "postgres_password")}


def _run(home: Home, tool: str, *words: str) -> None:
    done = subprocess.run([str(BIN / tool), *words], check=False, capture_output=True, text=True, env=_environment(home))
    if done.returncode:
        raise Trouble(f"{tool}: {done.stderr.strip()[-600:]}", "read docs/runbook.md, Restore")
