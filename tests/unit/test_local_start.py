"""What the local start tells its processes, and who stands back behind whom."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy.local.environment import of_service
from deploy.local.home import PORTS, ROOT, Home
from deploy.local.program import Program
from deploy.local.servers import s3
from deploy.local.supervisor import Supervisor
from shared.aside import aside
from shared.documents import examine


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A copy of its own, of which nothing runs."""
    made = Home(tmp_path, {name: 20_000 + number for number, name in enumerate(PORTS)}, {})
    made.make()
    return made


def test_staff_are_sent_to_what_the_gateway_serves(home: Home) -> None:
    assert of_service(home, "identity")["STAFF_URL"] == f"http://127.0.0.1:{home.ports['gateway']}"
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["identity-api"]
    assert told["environment"]["STAFF_URL"] == "http://127.0.0.1:${GD_PORT_GATEWAY:-8080}"


def test_the_file_store_is_started_standing_back_and_others_are_not(home: Home) -> None:
    other = Program("other", ["/bin/true"], lambda _: True, ())
    Supervisor(home)._write([s3.program(home), other])
    commands = [line for line in (home.run / "supervisord.conf").read_text().splitlines() if line.startswith("command=")]
    assert [command.startswith("command=nice -n ") for command in commands] == [True, False]
    processors = ",".join(map(str, sorted(aside())))
    assert [f" taskset --cpu-list {processors} " in command for command in commands] == [True, False]


def test_what_opens_a_file_has_given_up_the_right_of_way() -> None:
    code = f"import runpy, os; runpy.run_path({examine.__file__!r})['limit'](); print(os.getpriority(os.PRIO_PROCESS, 0))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert int(said) == min(os.getpriority(os.PRIO_PROCESS, 0) + examine.NICE, 19)
