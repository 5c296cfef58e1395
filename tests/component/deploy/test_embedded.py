"""A taken port, a full disk, a missing tool, a dead child: each is named with its remedy; secrets stay secret."""

import shutil
import socket
import stat
import sys
from pathlib import Path
from typing import cast

import pytest

from deploy.gateway.routes import HIDDEN, service_of
from deploy.local import infra, secrets, system
from deploy.local.__main__ import verify
from deploy.local.answers import port_answers
from deploy.local.environment import of_service
from deploy.local.home import LOOPBACK, SERVICES, Home
from deploy.local.program import Program
from deploy.local.servers import clamd
from deploy.local.supervisor import Supervisor
from deploy.local.trouble import Trouble

LISTEN = "import os,socket,time; s=socket.socket(); s.bind(('127.0.0.1', int(os.environ['PORT']))); s.listen(); time.sleep(600)"


def _program(home: Home, script: str = LISTEN, **environment: str) -> Program:
    port = home.ports["s3"]
    told = {"PORT": str(port), **environment}
    return Program("s3", [sys.executable, "-c", script], lambda _: port_answers(port), ("s3",), environment=told, patience=5)


def _launch(home: Home, program: Program) -> Supervisor:
    supervisor = Supervisor(home)
    supervisor.start([program])
    supervisor.launch(program.name)
    infra.wait(home, supervisor, program)
    return supervisor


def test_a_taken_port_is_named_with_the_setting_that_moves_it(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, home.ports["s3"]))
        taken.listen()
        with pytest.raises(Trouble, match=rf"port {home.ports['s3']}.*taken") as told:
            infra.ports_are_free(home, Supervisor(home), [_program(home)])
        assert "GD_PORT_S3" in told.value.remedy


def test_our_own_port_is_no_obstacle_to_starting_again(home: Home) -> None:
    supervisor = _launch(home, _program(home))
    infra.ports_are_free(home, supervisor, [_program(home)])
    before = supervisor.states()["s3"]["pid"]
    supervisor.start([_program(home)])
    supervisor.launch("s3")
    assert supervisor.states()["s3"]["pid"] == before


def test_a_changed_environment_restarts_the_process(home: Home) -> None:
    supervisor = _launch(home, _program(home))
    before = supervisor.states()["s3"]["pid"]
    supervisor.start([_program(home, MORE="x")])
    supervisor.launch("s3")
    assert supervisor.states()["s3"]["pid"] != before


def test_a_killed_child_is_started_again(home: Home) -> None:
    supervisor = _launch(home, _program(home))
    supervisor.signal("s3", 9)
    infra.wait(home, supervisor, _program(home))


def test_a_dead_child_is_named_with_its_last_words(home: Home) -> None:
    program = _program(home, "raise SystemExit('o disco sumiu')")
    with pytest.raises(Trouble, match="o disco sumiu") as told:
        _launch(home, program)
    assert "s3.log" in told.value.remedy


class Watching:
    """What a supervisor says of one process, look after look; the last for ever."""

    def __init__(self, *said: str) -> None:
        self.said = list(said)

    def states(self) -> dict[str, dict[str, str]]:
        """Of the one."""
        return {"s3": {"statename": self.said.pop(0) if len(self.said) > 1 else self.said[0]}}


def test_who_answers_in_the_first_second_is_waited_for_and_who_died_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _program(home, LISTEN)
    system.every_child_lives(cast("Supervisor", Watching("STARTING", "STARTING", "RUNNING")), [program])
    with pytest.raises(Trouble, match="s3 is backoff"):
        system.every_child_lives(cast("Supervisor", Watching("STARTING", "BACKOFF")), [program])
    monkeypatch.setattr(system, "_STARTING_SECONDS", 0.3)
    with pytest.raises(Trouble, match="s3 is starting"):
        system.every_child_lives(cast("Supervisor", Watching("STARTING")), [program])


def test_too_little_disk_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(infra, "LEAST_FREE_BYTES", 10**18)
    with pytest.raises(Trouble, match="MiB are free"):
        infra.enough_disk(home)


def test_a_missing_scanner_is_named_with_its_package(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(Trouble) as told:
        clamd.prepare(home)
    assert "clamav-daemon" in told.value.remedy


def test_any_value_reaches_the_child_unchanged(home: Home) -> None:
    value = "linha 1\nlinha 2 \"aspas\" 'outras' $HOME %(x)s `id` \\ ç"
    seen = home.run / "seen"
    script = f"import os,pathlib; pathlib.Path({str(seen)!r}).write_text(os.environ['ODD']); " + LISTEN
    _launch(home, _program(home, script, ODD=value))
    assert seen.read_text() == value


def test_secrets_are_made_once_and_read_by_their_owner_alone(home: Home) -> None:
    first = {name: of_service(home, name, migrator=True) for name in SERVICES}
    assert {name: of_service(home, name, migrator=True) for name in SERVICES} == first
    assert len({first[name]["PERSON_KEYS"] for name in SERVICES}) == 1
    assert len({first[name][f"{name.upper()}_KEKS"] for name in SERVICES}) == len(SERVICES)
    for file in home.secrets.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(home.secrets.stat().st_mode) == 0o700


def test_no_service_is_told_the_secrets_of_another(home: Home) -> None:
    for name in SERVICES:
        told = "\n".join(of_service(home, name, migrator=True).values())
        others = [secrets.key_ring(home, f"{other}_keks") for other in SERVICES if other != name]
        assert not any(secret in told for secret in others)
        assert secrets.secret(home, "postgres_password") not in told


def test_private_files_of_the_supervisor_are_private(home: Home) -> None:
    _launch(home, _program(home))
    for file in ("supervisord.conf", "s3.env"):
        assert stat.S_IMODE((home.run / file).stat().st_mode) == 0o600


@pytest.mark.parametrize("path", HIDDEN)
def test_no_route_leads_to_what_is_hidden(path: str) -> None:
    assert service_of(path) is None


def test_a_long_home_has_a_short_socket(tmp_path: Path) -> None:
    home = Home(tmp_path / ("x" * 120))
    assert len(str(home.control_socket)) <= 100
    assert home.control_socket == Home(home.path).control_socket


def test_verify_where_nothing_runs_says_what_to_do(home: Home) -> None:
    with pytest.raises(Trouble, match="nothing of this copy runs") as told:
        verify(home, [])
    assert "make up" in str(told.value)
    assert "GD_PORT_OFFSET" in str(told.value)
