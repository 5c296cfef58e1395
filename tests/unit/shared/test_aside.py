"""Files are carried, scanned and opened on one half of the processors: another is free for who waits for a page."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from shared.aside import aside, step_aside, stepped_aside
from shared.documents import worker
from shared.documents.scanner import Scanner, ScannerAway
from shared.documents.storage import Storage

_SCRIPT = """
import json, os, time
time.sleep(0.5)
print(json.dumps({"pages": sum(1 << number for number in os.sched_getaffinity(0))}))
"""


def bits(processors: set[int] | frozenset[int]) -> int:
    """A set of processors as one number."""
    return sum(1 << number for number in processors)


@pytest.fixture
def storage() -> Storage:
    """A bucket that nobody asks."""
    return Storage("http://127.0.0.1:1", "http://127.0.0.1:1", "key", "secret", "bucket")


@pytest.mark.parametrize(("mine", "half"), [({0}, {0}), ({0, 1}, {1}), ({1, 3, 5}, {3, 5}), ({0, 1, 2, 3}, {2, 3})])
def test_aside_is_the_upper_half(mine: set[int], half: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: mine)
    assert aside() == half


def test_a_thread_steps_aside_alone_and_comes_back() -> None:
    seen = []

    def work() -> None:
        before = os.sched_getaffinity(0)
        with stepped_aside():
            seen.append(os.sched_getaffinity(0))
            with stepped_aside():
                seen.append(os.sched_getaffinity(0))
            seen.append(os.sched_getaffinity(os.getpid()))
        seen.append(os.sched_getaffinity(0))
        seen.append(before)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    all_of_them = os.sched_getaffinity(0)
    assert seen == [aside(), aside(), all_of_them, all_of_them, all_of_them]


@pytest.mark.parametrize("refusal", [ProcessLookupError, PermissionError, OSError(22, "not one of mine")])
async def test_where_it_may_not_step_aside_or_has_ended_all_goes_on(
    refusal: type[OSError] | OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: int, __: object) -> None:
        raise refusal

    monkeypatch.setattr(os, "sched_setaffinity", refused)
    with stepped_aside():
        step_aside(1)
    script = tmp_path / "examiner.py"
    script.write_text(_SCRIPT)
    monkeypatch.setattr(worker, "_EXAMINER", script)
    assert await worker.examine(tmp_path / "file", "application/pdf") == (None, bits(os.sched_getaffinity(0)))


async def test_what_opens_a_file_is_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "examiner.py"
    script.write_text(_SCRIPT)
    monkeypatch.setattr(worker, "_EXAMINER", script)
    assert await worker.examine(tmp_path / "file", "application/pdf") == (None, bits(aside()))


async def test_who_sends_a_file_to_the_scanner_is_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def connect(*_: object) -> None:
        seen.append(os.sched_getaffinity(0))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ScannerAway):
        await Scanner("127.0.0.1:1").is_infected(tmp_path / "file")
    assert seen == [aside()]


async def test_who_carries_a_file_is_aside(storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def parts(_: int) -> Iterator[bytes]:
        seen.append(os.sched_getaffinity(0))
        yield b"abc"

    def request(*_: object, **__: object) -> SimpleNamespace:
        seen.append(os.sched_getaffinity(0))
        return SimpleNamespace(status=200)

    answer = SimpleNamespace(stream=parts, close=lambda: None, release_conn=lambda: None)
    monkeypatch.setattr(storage, "_client", SimpleNamespace(get_object=lambda *_: answer))
    monkeypatch.setattr(storage, "_pool", SimpleNamespace(request=request))
    path = tmp_path / "file"
    fetched = await storage.fetch("incoming/1", path, 10)
    assert fetched is not None
    await storage.put_file("kept/1", path, "application/pdf", fetched.sha256)
    assert seen == [aside(), aside()]
