"""Up from nothing, the guide walked, workers scaled, everything compared; each container under its limits; each alert asked for."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local.home import SERVICES
from tests.containers.stack import Stack, running_stack, service_of
from tests.infra.runbook import printed
from tests.unit.deploy.promql import named
from tests.unit.deploy.test_observability import expressions

pytestmark = pytest.mark.containers

IMAGE = "agencia-virtual-gd"
MEGABYTES = 250
OURS = 10001
BEGINS_AS_ROOT = {"mail", "s3"}
"""Without a right of root's to use: they have no capability at all. clamav begins as root or as its own user, as its image says."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


def asked(stack: Stack, path: str, **parameters: str) -> Any:
    """What Prometheus answers."""
    reply = httpx.get(f"{stack.address('prometheus')}/api/v1/{path}", params=parameters, timeout=30)
    assert reply.status_code == 200, reply.text
    return reply.json()["data"]


def test_everything_is_well_or_has_done_its_part(stack: Stack) -> None:
    for container in stack.containers():
        state = container["State"]
        assert state.get("Health", {}).get("Status") == "healthy" or state["ExitCode"] == 0 == container["RestartCount"], service_of(
            container
        )


def test_no_container_may_write_to_itself_use_a_right_or_be_seen_from_outside(stack: Stack) -> None:
    for container in stack.containers():
        name, told, host = service_of(container), container["Config"], container["HostConfig"]
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert host["Memory"] > 0 < host["PidsLimit"], name
        assert name == "clamav" or (told["User"] in {"", "0", "root"}) == (name in BEGINS_AS_ROOT), name
        published = [binding["HostIp"] for bindings in (host["PortBindings"] or {}).values() for binding in bindings]
        assert set(published) <= {"127.0.0.1"}, name


def test_a_process_of_ours_is_nobody_in_particular_and_writes_nowhere_but_to_its_scratch(stack: Stack) -> None:
    tried = "import os; from pathlib import Path; print(os.getuid()); Path('/tmp/x').touch(); Path('/run/secrets/own/x').touch()"
    done = stack.compose("exec", "-T", "requests-worker", "python", "-c", tried, check=False)
    assert done.stdout.strip() == str(OURS)
    assert "Read-only file system: '/run/secrets/own/x'" in done.stderr
    assert "Read-only file system" in stack.compose("exec", "-T", "requests-api", "touch", "/app/x", check=False).stderr


def test_the_gateways_administration_is_open_to_nobody_else(stack: Stack) -> None:
    asking = (
        "import http.client as h\n"
        "def ask(port, path):\n"
        "    c = h.HTTPConnection('gateway', port, timeout=5)\n"
        "    c.request('GET', path)\n"
        "    return c.getresponse().status\n"
        "print(*(ask(9902, path) for path in ('/stats/prometheus', '/config_dump', '/stats', '/quitquitquit')))\n"
        "try:\n"
        "    print(ask(9901, '/ready'))\n"
        "except ConnectionRefusedError:\n"
        "    print('refused')\n"
    )
    assert stack.compose("exec", "-T", "requests-api", "python", "-c", asking).stdout.split() == ["200", "404", "404", "404", "refused"]


def test_no_description_of_a_container_holds_a_secret(stack: Stack) -> None:
    reading = "import json,pathlib; print(json.dumps([f.read_text() for f in pathlib.Path('/var/lib/agencia/secrets').iterdir()]))"
    shown = stack.compose("run", "--rm", "-T", "--entrypoint", "python", "chores", "-c", reading).stdout
    secrets = [line for text in json.loads(shown) for line in text.splitlines() if not line.startswith("-----")]
    assert len(secrets) > 2 * len(SERVICES)
    described = json.dumps(stack.containers())
    assert not any(secret in described for secret in secrets)


def test_the_image_is_small(stack: Stack) -> None:
    [image] = {container["Image"] for container in stack.containers() if container["Config"]["Image"] == IMAGE}
    assert int(stack.docker("image", "inspect", "--format", "{{.Size}}", image)) < MEGABYTES * 1_000_000


def test_the_demo_walks_the_whole_guide(stack: Stack) -> None:
    stack.demo()


def test_three_workers_do_everything_once(stack: Stack) -> None:
    stack.compose("up", "--wait", "--no-recreate", "--scale", "requests-worker=3", timeout=600)
    running = Counter(service_of(container) for container in stack.containers() if container["State"]["Running"])
    assert running["requests-worker"] == 3
    stack.demo("--at-once", "2")
    for service in SERVICES:
        done = stack.compose("exec", "-T", f"{service}-worker", "python", "-m", f"services.{service}", "verify", "--foreign", check=False)
        assert "  clean" in done.stdout, f"{service}: {done.stdout[-2000:]}"
    listed = httpx.get(f"{stack.address('inbox')}/api/v1/messages", params={"limit": "5000"}).json()["messages"]
    assert len(listed) > 100
    assert [mail for mail, times in Counter(row["MessageID"] for row in listed).items() if times > 1] == []


def test_every_process_is_asked_and_answers(stack: Stack) -> None:
    deadline = time.monotonic() + 60
    seen: Counter[str] = Counter()
    while time.monotonic() < deadline and seen["requests-worker"] < 3:
        seen = Counter(target["labels"]["process"] for target in asked(stack, "targets")["activeTargets"] if target["health"] == "up")
        time.sleep(1)
    assert seen == {**{f"{service}-{role}": 1 for service in SERVICES for role in ("api", "worker")}, "requests-worker": 3, "gateway": 1}


def test_prometheus_takes_every_alert(stack: Stack) -> None:
    rules = [rule for group in asked(stack, "rules")["groups"] for rule in group["rules"]]
    assert rules
    assert {rule["name"]: rule.get("lastError") for rule in rules if rule["health"] != "ok"} == {}


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_prometheus_understands_the_expression_and_knows_its_metrics(stack: Stack, where: str, expression: str) -> None:
    asked(stack, "query", query=expression)
    for metric in named(expression).metrics - {"up"}:
        plain = metric.removesuffix("_bucket").removesuffix("_count")
        known = any(asked(stack, "metadata", metric=name) for name in (metric, plain, plain.removesuffix("_total")))
        assert known, f"{where}: nobody shows {metric}"


def test_a_well_system_alerts_nobody(stack: Stack) -> None:
    firing = [alert["labels"] for alert in asked(stack, "alerts")["alerts"] if alert["state"] == "firing"]
    assert firing == []


def test_up_again_begins_nothing_anew(stack: Stack) -> None:
    def begun() -> dict[str, str]:
        return {container["Name"]: container["State"]["StartedAt"] for container in stack.containers() if container["State"]["Running"]}

    before = begun()
    stack.compose("--profile", "observability", "up", "--wait", "--scale", "requests-worker=3", timeout=600)
    assert begun() == before


def test_a_key_is_rotated_as_the_runbook_prints_it(stack: Stack) -> None:
    reading = ("run", "--rm", "-T", "--entrypoint", "cat", "chores", "/var/lib/agencia/secrets/access_keks")
    for number in (2, 3):
        before = stack.compose(*reading).stdout
        said = stack.shell(printed("docker compose run --rm -T --entrypoint sh chores -c 'cd /var/lib/agencia/secrets"))
        assert re.search(rf"access: [0-9]+ keys are wrapped anew, by key {number}$", said, re.MULTILINE)
        assert re.fullmatch(rf"{number}:[^,]+,{re.escape(before)}", stack.compose(*reading).stdout)


def test_an_upgrade_goes_as_the_runbook_prints_it(stack: Stack) -> None:
    assert stack.shell(printed("docker compose build\n")).count("  clean") == len(SERVICES)
    stack.demo()
