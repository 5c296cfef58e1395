"""Prometheus' own tool tries the alerts: each fires on a bad day, none on an ordinary one just below the limits."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.deploy.test_observability import ALERTS, CONTAINERS

pytestmark = pytest.mark.containers

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "observability" / "alerts.yml"
DAYS = ROOT / "tests" / "containers" / "alerts_test.yml"


def test_every_alert_is_tried() -> None:
    tried = re.findall(r'labels: \'{alertname="(\w+)"}\'', DAYS.read_text(encoding="utf-8"))
    assert {rule["alert"] for rule in ALERTS} == set(tried)


def test_every_alert_fires_on_a_bad_day_and_none_on_an_ordinary_one() -> None:
    mounts = [word for file in (RULES, DAYS) for word in ("--volume", f"{file}:/rules/{file.name}:ro")]
    command = ["docker", "run", "--rm", *mounts, "--entrypoint", "promtool", CONTAINERS["prometheus"]["image"]]
    done = subprocess.run([*command, "test", "rules", f"/rules/{DAYS.name}"], capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
