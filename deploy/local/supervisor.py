"""supervisord over its unix socket: it starts, watches and restarts every process of one copy."""

import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from deploy.local.home import ROOT, Home
from deploy.local.program import Program
from deploy.local.trouble import Trouble
from shared.aside import aside

UP = {"RUNNING", "STARTING"}
HEAD = """\
[unix_http_server]
file={socket}
chmod=0700
[supervisord]
logfile={run}/supervisord.log
pidfile={run}/supervisord.pid
childlogdir={logs}
nodaemon=false
silent=true
minfds=4096
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{socket}
"""
SECTION = """\
[program:{name}]
command={command}
directory={root}
environment=GD_FINGERPRINT="{fingerprint}",GD_SUPERVISED="{home}"
stdout_logfile={logs}/{name}.log
redirect_stderr=true
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=2
autostart=false
autorestart=true
startsecs=1
startretries=30
stopsignal={signal}
stopwaitsecs={seconds}
stopasgroup=false
killasgroup=true
"""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=90)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(90)
        self.sock.connect(self._path)


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:  # noqa: ARG002, ANN401  the signature is the library's
        return _Connection(self._path)


class Supervisor:
    """The supervisor of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home

    @property
    def _rpc(self) -> Any:  # noqa: ANN401  XML-RPC has no types
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=_Transport(str(self.home.control_socket)))
        return proxy.supervisor

    def running(self) -> bool:
        """Whether a supervisor answers on this home's socket."""
        try:
            return bool(self._rpc.getState()["statename"])
        except xmlrpc.client.Fault:
            return True
        except (OSError, http.client.HTTPException):
            return False

    def start(self, programs: Sequence[Program]) -> None:
        """Write the configuration; start the supervisor, or tell the running one what changed."""
        config = self.home.run / "supervisord.conf"
        self._write(programs)
        if self.running():
            added, changed, removed = self._rpc.reloadConfig()[0]
            with ThreadPoolExecutor(max_workers=16) as pool:
                list(pool.map(self.stop, (*removed, *changed)))
            for name in (*removed, *changed):
                self._rpc.removeProcessGroup(name)
            for name in (*added, *changed):
                self._rpc.addProcessGroup(name)
            return
        self.home.control_socket.unlink(missing_ok=True)
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)]
        started = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
        if started.returncode:
            raise Trouble(f"supervisord did not start: {started.stderr.strip()}", f"read {self.home.run}/supervisord.log")
        deadline = time.monotonic() + 15
        while not self.running():
            if time.monotonic() > deadline:
                raise Trouble("supervisord does not answer", f"read {self.home.run}/supervisord.log")
            time.sleep(0.05)

    def _write(self, programs: Sequence[Program]) -> None:
        home = self.home
        text = HEAD.format(socket=home.control_socket, run=home.run, logs=home.logs)
        text += "".join(self._section(program) for program in programs)
        _private(home.run / "supervisord.conf", text)

    def _section(self, program: Program) -> str:
        command, fingerprint = list(program.command), "-"
        if program.environment:
            lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(program.environment.items()))
            file = self.home.run / f"{program.name}.env"
            _private(file, lines)
            command = ["/bin/sh", "-c", '. "$0"; exec "$@"', str(file), *command]
            fingerprint = sha256(lines.encode()).hexdigest()
        if program.aside:
            command = ["taskset", "--cpu-list", ",".join(map(str, sorted(aside()))), *command]
        if program.nice:
            command = ["nice", "-n", str(program.nice), *command]
        return SECTION.format(
            name=program.name,
            command=shlex.join(command).replace("%", "%%"),
            root=ROOT,
            home=self.home.path,
            fingerprint=fingerprint,
            logs=self.home.logs,
            signal=program.stop_signal,
            seconds=program.stop_seconds,
        )

    def pid(self) -> int:
        """The supervisor's own process."""
        return int(self._rpc.getPID())

    def states(self) -> dict[str, dict[str, Any]]:
        """What the supervisor knows of each process: statename, pid, start, description."""
        return {str(row["name"]): row for row in cast("list[dict[str, Any]]", self._rpc.getAllProcessInfo())}

    def launch(self, name: str) -> None:
        """Start one process unless it runs already."""
        if self.states()[name]["statename"] not in UP:
            self._rpc.startProcess(name, False)

    def stop(self, name: str) -> None:
        """Stop one process and wait until it has gone."""
        if self.states().get(name, {}).get("statename") in UP | {"BACKOFF", "STOPPING"}:
            self._rpc.stopProcess(name)

    def signal(self, name: str, number: int) -> None:
        """Send one process a signal."""
        os.kill(int(self.states()[name]["pid"]), number)

    def shutdown(self) -> None:
        """Stop everything, the supervisor last."""
        pid = int(self._rpc.getPID())
        self._rpc.shutdown()
        deadline = time.monotonic() + 90
        while _alive(pid) and self.running():
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                break
            time.sleep(0.1)
        while _alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
