"""Requests per minute and address, counted by the gateway itself, without a server of its own for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FILTER = "envoy.filters.http.local_ratelimit"
ADDRESSES_REMEMBERED = 20_000
UNCOUNTED = 1_000_000
SECONDS = 60


@dataclass(frozen=True)
class Limit:
    """So many a minute, all of them at once if need be."""

    per_minute: int

    @property
    def refill(self) -> tuple[int, int]:
        """How many tokens come back after how many whole seconds."""
        if self.per_minute >= SECONDS:
            return self.per_minute // SECONDS, 1
        return 1, -(-SECONDS // self.per_minute)


@dataclass(frozen=True)
class Limits:
    """The limits of one door."""

    everything: Limit
    entrance: Limit
    tracking: Limit


def limits_from(told: Mapping[str, str]) -> Limits:
    """The limits that the environment names, else those of one ordinary person."""

    def limit(name: str, default: int) -> Limit:
        return Limit(int(told.get(name, default)))

    return Limits(limit("GD_LIMIT_PER_MINUTE", 600), limit("GD_LIMIT_ENTRANCE", 30), limit("GD_LIMIT_TRACKING", 10))


def per_address(limit: Limit, name: str) -> dict[str, Any]:
    """The filter's configuration: each remote address has a bucket of its own."""
    tokens, seconds = limit.refill
    bucket = {"max_tokens": limit.per_minute, "tokens_per_fill": tokens, "fill_interval": f"{seconds}s"}
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    retry = {"header": {"key": "retry-after", "value": str(seconds + 1)}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    return {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        "stat_prefix": name.replace("-", "_"),
        "token_bucket": {"max_tokens": UNCOUNTED, "tokens_per_fill": UNCOUNTED, "fill_interval": "1s"},
        "filter_enabled": always,
        "filter_enforced": always,
        "rate_limits": [{"actions": [{"remote_address": {}}]}],
        "descriptors": [{"entries": [{"key": "remote_address"}], "token_bucket": bucket}],
        "max_dynamic_descriptors": ADDRESSES_REMEMBERED,
        "response_headers_to_add": [retry],
    }
