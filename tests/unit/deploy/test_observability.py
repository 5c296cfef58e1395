"""Alerts and dashboards name metrics that the code has, by labels that these have; and who is asked for them is there."""

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from tests.unit.deploy.promql import named

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy" / "observability"
GROUPS = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
ALERTS: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
DASHBOARDS = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((FOLDER / "dashboards").glob("*.json"))}
SCRAPED = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
CONTAINERS = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
NOT_OURS = re.compile(r"up|envoy_\w+")
"""Prometheus' own, and the gateway's: the containers' test asks a running Prometheus for these."""
BY_SCRAPING = {"job", "instance", "process", "le"}
WATCHED = {
    *("relay_lag_seconds", "events_horizon_age_seconds", "parked_streams", "deadlines_open", "outbox_age_seconds"),
    *(
        "signing_key_ends_at_seconds",
        "measured_at_seconds",
        "arrivals_age_seconds",
        "stream_keys_closed",
        "envoy_server_days_until_first_cert_expiring",
    ),
}


def registry() -> Mapping[str, frozenset[str]]:
    """Every metric of the code with its labels, by the names under which it is shown."""
    for service in ("identity", "professional", "access", "requests", "backoffice"):
        importlib.import_module(f"services.{service}.app")
    collectors: Mapping[str, Any] = REGISTRY._names_to_collectors
    return {name: frozenset(getattr(collector, "_labelnames", ())) for name, collector in collectors.items()}


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression, with where it stands."""
    yield from ((rule["alert"], rule["expr"]) for rule in ALERTS)
    for name, board in DASHBOARDS.items():
        yield from ((f"{name}: {panel['title']}", target["expr"]) for panel in board["panels"] for target in panel["targets"])


def unknown(expression: str, known: Mapping[str, frozenset[str]]) -> set[str]:
    """The metrics and labels of an expression that nothing has."""
    found = named(expression)
    ours = {metric for metric in found.metrics if not NOT_OURS.fullmatch(metric)}
    labels = BY_SCRAPING.union(*(known.get(metric, frozenset()) for metric in ours))
    strange = found.labels - labels if ours == found.metrics else set()
    return {metric for metric in ours if metric not in known} | strange


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_every_metric_and_label_named_is_one_of_the_code(where: str, expression: str) -> None:
    assert named(expression).metrics, where
    assert unknown(expression, registry()) == set(), where


def test_a_metric_or_label_that_nobody_has_is_noticed() -> None:
    assert unknown('max by (servce) (relay_lag_second{service="x"}) > 30 or sum(rate(parked_streams[5m]))', registry()) == {
        "servce",
        "relay_lag_second",
    }


def test_what_must_be_watched_has_an_alert() -> None:
    assert {metric for rule in ALERTS for metric in named(rule["expr"]).metrics} >= WATCHED


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_is_wrong_how_urgent_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    heading = re.search(r"docs/runbook\.md, ([\w ]+)$", rule["annotations"]["do"])
    if heading:
        assert f"\n## {heading[1]}\n" in (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def test_every_process_that_measures_is_asked() -> None:
    asked = {name for job in SCRAPED for source in job.get("dns_sd_configs", ()) for name in source["names"]}
    assert asked == {name for name in CONTAINERS if name.endswith(("-api", "-worker"))}


def test_every_dashboard_asks_something_in_every_panel_and_has_a_name_of_its_own() -> None:
    assert len({board["uid"] for board in DASHBOARDS.values()}) == len(DASHBOARDS) > 0
    for board in DASHBOARDS.values():
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)
        assert all(panel["targets"] and panel["title"] for panel in board["panels"])


def test_the_collector_takes_what_the_services_send_and_hands_on_all_of_it() -> None:
    told = yaml.safe_load((FOLDER / "otel-collector.yml").read_text(encoding="utf-8"))
    for pipeline in told["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) == set(told[kind])
    assert told["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")
