"""What a process says about itself: lines without personal data, readiness with reasons, settings without secrets shown."""

import base64
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
import structlog

from shared.eventsourcing.codec import Unreadable
from shared.health import Health
from shared.kafka import KeptRecord, incoming
from shared.logging import scrub, start_logging, without_personal
from shared.platform import NameTwice, codec_of, reading
from shared.process import main
from shared.service import Parts, Platform, Service
from shared.settings import ServiceSettings
from tests.component.stream import lantern
from tests.infra.system import ROOT

SECRET = base64.b64encode(b"k" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()


class TryingSettings(ServiceSettings):
    """Settings of a service that tries things."""

    service: ClassVar[str] = "trying"


@pytest.mark.parametrize(
    "text",
    [
        "529.982.247-25",
        "52998224725",
        "11.222.333/0001-81",
        "12ABC34501DE35",
        "ana.souza@exemplo.com.br",
        "(92) 99123-4567",
        "+55 92 991234567",
        "92 3622-1234",
    ],
)
def test_personal_data_does_not_leave_in_a_log_line(text: str) -> None:
    line = scrub(None, "info", {"event": "odd", "detail": f"of {text} today", "inner": {"list": [text]}})
    assert text not in str(line)
    assert "[oculto]" in str(line)


@pytest.mark.parametrize("text", ["counter-0190a1b2-c3d4-7e5f-8a9b-123456789012", "position 12345", "2026-11-24T06:42:39Z", "agencia 8101"])
def test_ids_and_times_stay_readable(text: str) -> None:
    assert without_personal(text) == text


@pytest.fixture
def logging_again() -> Iterator[None]:
    """The logging of before is there afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.usefixtures("logging_again")
def test_our_lines_and_those_of_libraries_are_of_one_kind(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("trying", level="info")
    ours, theirs = structlog.get_logger("ours"), logging.getLogger("theirs")
    with structlog.contextvars.bound_contextvars(correlation="0190a1b2-c3d4-7e5f-8a9b-123456789012"):
        for log in (ours, theirs):
            log.debug("too_small")
            log.warning("of 529.982.247-25")
            try:
                raise ValueError
            except ValueError:
                log.exception("odd")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for name, (warned, failed) in (("ours", lines[:2]), ("theirs", lines[2:])):
        assert "ValueError" in failed.pop("exception")
        assert (warned.pop("event"), failed.pop("event")) == ("of [oculto]", "odd")
        assert (warned.pop("level"), failed.pop("level")) == ("warning", "error")
        assert warned.keys() == failed.keys() == {"logger", "service", "correlation", "timestamp"}
        assert (warned["logger"], warned["service"], warned["correlation"]) == (name, "trying", "0190a1b2-c3d4-7e5f-8a9b-123456789012")


_SAYS = """
import sys, structlog
from shared.logging import start_logging
start_logging("trying", form="json")
structlog.get_logger("ours").warning("said", text=chr(0xDC80))
sys.stderr.write("went on")
"""


def test_a_line_that_cannot_be_written_ends_nothing() -> None:
    """Nobody reads any more: whoever kept the log was killed. Then tasks go on, and are restarted, as before."""
    nobody, to_nobody = os.pipe()
    os.close(nobody)
    with os.fdopen(to_nobody, "wb") as out:
        done = subprocess.run([sys.executable, "-c", _SAYS], stdout=out, stderr=subprocess.PIPE, check=False, cwd=ROOT)
    assert done.stderr.startswith(b"went on")


def test_a_line_that_is_no_text_is_written_spelt_out() -> None:
    done = subprocess.run([sys.executable, "-c", _SAYS], capture_output=True, check=True, cwd=ROOT)
    assert (json.loads(done.stdout)["text"], done.stderr) == (chr(0xDC80), b"went on")


def test_secrets_are_hidden_by_their_names() -> None:
    line = scrub(None, "info", {"event": "x", "password": "abc", "Authorization": "Bearer x", "code": "123", "count": 3})
    assert line == {"event": "x", "password": "[oculto]", "Authorization": "[oculto]", "code": "[oculto]", "count": 3}


async def test_readiness_names_what_is_missing_and_why() -> None:
    health = Health()

    async def away() -> str | None:
        raise ConnectionError

    async def here() -> str | None:
        return None

    health.check("database", away)
    health.check("broker", here)
    health.say("relay", "store-behind-topic")
    assert await health.missing() == {"database": "ConnectionError", "relay": "store-behind-topic"}
    health.say("relay", None)
    assert await health.missing() == {"database": "ConnectionError"}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("TRYING_DATABASE_URL", "TRYING_SERVICE_KEY", "SERVICE_JWKS"):
        monkeypatch.setenv(name, "x")
    for name in ("PERSON_KEYS", "TRYING_KEKS"):
        monkeypatch.setenv(name, f"1:{SECRET}")
    monkeypatch.delenv("ENVIRONMENT", raising=False)
    return monkeypatch


def test_a_setting_may_come_in_a_file_and_the_service_goes_before_all(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from_a_file = f"12:{SECRET}"
    (tmp_path / "secret").write_text(f"{from_a_file}\n")
    environ.delenv("TRYING_KEKS")
    environ.setenv("TRYING_KEKS_FILE", str(tmp_path / "secret"))
    environ.setenv("LOG_LEVEL", "error")
    environ.setenv("TRYING_LOG_LEVEL", "debug")
    environ.setenv("GD_PORT_TRYING", "8777")
    settings = TryingSettings()
    assert settings.keks.get_secret_value() == from_a_file
    assert (settings.log_level, settings.port, settings.worker_port) == ("debug", 8777, 0)
    assert SECRET not in repr(settings)


def test_a_moved_clock_is_refused_in_production(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("CLOCK_OFFSET", "86400")
    assert TryingSettings().clock_offset.days == 1
    environ.setenv("ENVIRONMENT", "production")
    with pytest.raises(ValueError, match="CLOCK_OFFSET"):
        TryingSettings()


@pytest.mark.parametrize(
    ("name", "ring", "told"),
    [
        pytest.param("TRYING_KEKS", f"2:{OTHER},2:{SECRET},1:{SECRET}", "KEKS: .* 2 stands twice", id="a number twice"),
        pytest.param("TRYING_KEKS", f"02:{OTHER},2:{SECRET}", "KEKS: .* 2 stands twice", id="a number twice, spelt otherwise"),
        pytest.param("TRYING_KEKS", f"{SECRET},1:{SECRET}", "KEKS: .*key 1 of the ring", id="a key without its number"),
        pytest.param("TRYING_KEKS", f"1:{SECRET},2:{SECRET[:-1]}", "KEKS: .*key 2 of the ring", id="a key that is none"),
        pytest.param("TRYING_KEKS", f"40000:{SECRET}", "KEKS: .*key 1 of the ring", id="a number that no row can hold"),
        pytest.param("TRYING_KEKS", "", "KEKS: .*at least one", id="no key"),
        pytest.param("PERSON_KEYS", f"1:{OTHER},1:{SECRET}", "PERSON_KEYS: .* 1 stands twice", id="a person key's number twice"),
        pytest.param("PERSON_KEYS", f"2:{OTHER},1:{SECRET}", "PERSON_KEYS: .*another id", id="a second person key"),
    ],
)
def test_a_ring_that_cannot_be_meant_is_named_at_the_start_and_not_shown(
    environ: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, ring: str, told: str
) -> None:
    environ.setenv(name, ring)
    service = Service(name="trying", digit=8, root=Path(), settings=TryingSettings, events=[], published={}, build=_no_parts)
    with pytest.raises(SystemExit) as ended:
        main(lambda: service, ["verify"])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert re.search(f"^trying: {told}", said), said
    with pytest.raises(ValueError, match=name.removeprefix("TRYING_").lower()) as raised:
        TryingSettings()
    for shown in (said, str(raised.value)):
        assert not any(key[:20] in shown for key in (SECRET, OTHER))


def _no_parts(platform: Platform) -> Parts:
    return Parts(platform=platform, store=platform.store())


def test_every_service_reads_ended_sessions_and_its_own_topics() -> None:
    assert set(reading(lantern.service())) == {"identity.session", f"{lantern.NAME}.lantern"}


def test_two_types_of_one_name_are_refused_at_the_start() -> None:
    class LanternLit(lantern.LanternLit):
        """Another of the same name."""

    service = Service(
        name="trying",
        digit=8,
        root=Path(),
        settings=TryingSettings,
        events=[LanternLit],
        published={},
        build=_no_parts,
        reads={"lantern.lantern": [lantern.LanternLit]},
    )
    with pytest.raises(NameTwice, match="LanternLit"):
        codec_of(service)


def test_a_record_without_an_envelope_is_unreadable_and_says_nothing_of_its_content() -> None:
    record = KeptRecord("t", 0, 0, b"529.982.247-25", [("ce_type", b"\xff")], b"529.982.247-25")
    with pytest.raises(Unreadable) as unreadable:
        incoming(record)
    assert "529" not in unreadable.value.reason
