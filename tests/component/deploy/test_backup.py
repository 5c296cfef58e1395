"""One service's database put back out of a backup: to an instant, to the end of the log, and not at all where the log does not reach."""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local import backup, infra
from deploy.local.answers import port_answers
from deploy.local.databases import make_database
from deploy.local.home import Home
from deploy.local.program import Program
from deploy.local.secret_settings import roles
from deploy.local.servers import postgres
from deploy.local.supervisor import Supervisor
from deploy.local.trouble import Trouble

LISTEN = "import os,socket,time; s=socket.socket(); s.bind(('127.0.0.1', int(os.environ['PORT']))); s.listen(); time.sleep(600)"


@pytest.fixture
def cluster(home: Home) -> Supervisor:
    """PostgreSQL with the database of access, beside what stands for its process."""
    port = home.ports["access"]
    told = {"PORT": str(port)}
    access = Program("access", [sys.executable, "-c", LISTEN], lambda _: port_answers(port), ("access",), environment=told, patience=5)
    postgres.prepare(home)
    known = [postgres.program(home), access]
    supervisor = Supervisor(home)
    supervisor.start(known)
    for program in known:
        supervisor.launch(program.name)
        infra.wait(home, supervisor, program)
    asyncio.run(make_database(postgres.admin_url(home), "access", roles(home, "access")))
    return supervisor


@pytest.fixture
def folder(home: Home, cluster: Supervisor, tmp_path: Path) -> Iterator[Path]:
    """A base backup, and the log as it is written."""
    del cluster
    receiver = backup.receiving(home, tmp_path)
    try:
        backup.take_base(home, tmp_path)
        yield tmp_path
    finally:
        receiver.terminate()
        receiver.wait(20)


def asked(home: Home, sql: str) -> list[str]:
    """What the live database of access answers, in its first column."""

    async def ask() -> list[str]:
        db = await asyncpg.connect(postgres.admin_url(home, "access"), timeout=10)
        try:
            return [str(row[0]) for row in await db.fetch(sql)]
        finally:
            await db.close()

    return asyncio.run(ask())


def received(home: Home) -> None:
    """Until the receiver was sent all there is, and a moment for it to write."""
    until = time.monotonic() + 20
    while asked(home, "select coalesce(bool_and(sent_lsn >= pg_current_wal_lsn()), false) from pg_stat_replication") != ["True"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.5)


def test_a_database_is_put_back_to_an_instant_or_to_the_end(home: Home, cluster: Supervisor, folder: Path) -> None:
    asked(home, "create table notes (text text)")
    asked(home, "insert into notes values ('a')")
    [instant] = asked(home, "select clock_timestamp()::text")
    asked(home, "insert into notes values ('b')")
    [number] = asked(home, "select oid from pg_database where datname = 'access'")
    with pytest.raises(Trouble, match="does not reach") as told:
        backup.restore(home, "access", folder, "2100-01-01 00:00:00+00")
    assert "`end`" in told.value.remedy
    assert cluster.states()["access"]["statename"] in {"STARTING", "RUNNING"}, "nobody stopped it"
    received(home)
    backup.restore(home, "access", folder, backup.END)
    assert cluster.states()["access"]["statename"] == "STOPPED"
    assert asked(home, "select text from notes order by text") == ["a", "b"]
    assert asked(home, "select oid from pg_database where datname = 'access'") != [number], "it is the one that was put back"
    cluster.launch("access")
    backup.restore(home, "access", folder, instant)
    assert cluster.states()["access"]["statename"] == "STOPPED"
    assert asked(home, "select text from notes order by text") == ["a"]
