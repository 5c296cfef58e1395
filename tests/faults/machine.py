"""What only a machine's owner can do to it: a volume that is full, a disk that is slow. Where it may not be done, the test says why."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deploy.local import status
from tests.infra.system import System

ROOM_MIB = 48
SLOW_CGROUP = Path("/sys/fs/cgroup/blkio")


@contextmanager
def on_a_small_volume(system: System, program: str) -> Iterator[Path]:
    """A server's state on a volume of its own that has little room left; afterwards it is where it was."""
    state = system.home.state(program)
    aside = state.with_name(f"{program}-aside")
    size = sum(path.stat().st_size for path in state.rglob("*") if path.is_file()) // 2**20 + ROOM_MIB
    system.supervisor.stop(program)
    shutil.move(state, aside)
    state.mkdir()
    try:
        subprocess.run(_mount(state, size), check=True)
    except subprocess.CalledProcessError:
        state.rmdir()
        shutil.move(aside, state)
        system.supervisor.launch(program)
        raise
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", str(state)], check=True)
        system.supervisor.launch(program)
        yield state
    finally:
        system.supervisor.stop(program)
        shutil.rmtree(aside)
        subprocess.run(["cp", "-a", str(state), str(aside)], check=True)
        subprocess.run(["umount", str(state)], check=True)
        state.rmdir()
        shutil.move(aside, state)
        system.supervisor.launch(program)


def may_mount() -> str | None:
    """Why no volume can be mounted here, which is tried; None where one can."""
    if os.geteuid() != 0:
        return "only root may mount a small volume"
    if shutil.which("mount") is None:
        return "no mount here"
    with TemporaryDirectory() as place:
        tried = subprocess.run(_mount(Path(place), 1), check=False, capture_output=True, text=True)
        if tried.returncode:
            return f"no volume can be mounted here: {tried.stderr.strip()}"
        subprocess.run(["umount", place], check=True)
    return None


def _mount(place: Path, mib: int) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "none", str(place)]


def tree(pid: int) -> list[int]:
    """A process and everything it started."""
    return [pid, *(each for child in status.children(pid) for each in tree(child))]


@contextmanager
def stopped(pid: int, *, alone: bool = False) -> Iterator[None]:
    """A process is stopped, then what it has started, for that answers by itself (each session of PostgreSQL does); exactly they go on."""
    held: list[int] = []
    try:
        os.kill(pid, signal.SIGSTOP)
        held.append(pid)
        for one in [] if alone else tree(pid)[1:]:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)
                held.append(one)
        yield
    finally:
        for one in held:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGCONT)


def fill(volume: Path) -> Path:
    """Take all the room that is left; answers the file to delete."""
    ballast = volume / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 2**20) == 2**20:
                pass
        except OSError:
            pass
    return ballast


@contextmanager
def slow_disk(pids: list[int], path: Path, operations: int) -> Iterator[None]:
    """So many writes a second to the disk under `path` for these processes; skips where the kernel offers no such throttle."""
    group = SLOW_CGROUP / f"gd-slow-{os.getpid()}"
    device = path.stat().st_dev
    try:
        group.mkdir()
        (group / "blkio.throttle.write_iops_device").write_text(f"{os.major(device)}:{os.minor(device)} {operations}")
        for pid in pids:
            (group / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        with_out = error.strerror
        _leave(group)
        pytest.skip(f"the disk cannot be slowed here: {with_out}")
    try:
        yield
    finally:
        _leave(group)


def _leave(group: Path) -> None:
    if not group.exists():
        return
    for pid in (group / "cgroup.procs").read_text().split():
        (SLOW_CGROUP / "cgroup.procs").write_text(pid)
    group.rmdir()
