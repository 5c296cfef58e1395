"""A second, inner door of the gateway: its counters for whoever measures, and nothing else of its administration."""

from typing import Any

PATH = "/stats/prometheus"
CLUSTER = "admin"
"""The administration, as a place to ask."""


def stats_listener(address: dict[str, Any]) -> dict[str, Any]:
    """One path is handed on; ending the process, changing its log and all else of the administration has no way in."""
    routes = [{"match": {"path": PATH}, "route": {"cluster": CLUSTER}}]
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "stats",
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
            }
        ],
        "route_config": {"name": "stats", "virtual_hosts": [{"name": "stats", "domains": ["*"], "routes": routes}]},
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {"name": "stats", "address": address, "filter_chains": [chain]}
