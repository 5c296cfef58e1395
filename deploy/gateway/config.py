"""Envoy's configuration, as one value: routes by prefix, limits, body caps, tokens checked, request ids, S3, documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.gateway import limits
from deploy.gateway.replies import FILES, header, in_our_words, local_replies
from deploy.gateway.routes import ENTRANCES, PLURALS, TRACKING
from deploy.gateway.stats import CLUSTER, stats_listener

type Json = dict[str, Any]

FILTERS = "type.googleapis.com/envoy.extensions.filters.http"
WORDS = "envoy.filters.http.custom_response"
API_BODY = 256 * 1024
FILE_BODY = 21 * 1024 * 1024
TIMEOUT = "30s"
CONNECTIONS = 4096
SAFE = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}
"""Said with every answer, whoever gives it."""
STORES_OWN = (
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "server",
    "x-amz-id-2",
    "x-amz-request-id",
)
"""What a file store says of itself, and of who may read: that is said here."""


@dataclass(frozen=True)
class Address:
    """Where somebody listens."""

    host: str
    port: int

    @property
    def envoy(self) -> Json:
        """The same, as Envoy says it."""
        return {"socket_address": {"address": self.host, "port_value": self.port}}


@dataclass(frozen=True)
class Document:
    """A committed file that the gateway itself serves."""

    path: str
    file: Path
    media_type: str
    policy: str = ""
    """What a page may load and run, as a Content-Security-Policy."""


@dataclass(frozen=True)
class Gateway:
    """Everything that differs from one place to another."""

    listen: Address
    admin: Address
    services: Mapping[str, Address]
    s3: Address
    documents: Sequence[Document]
    origins: Sequence[str]
    limits: limits.Limits
    stats: Address | None = None
    """Where the counters may be read, if anywhere."""


def config(gateway: Gateway) -> Json:
    """The whole bootstrap."""
    places = {**gateway.services, "s3": gateway.s3}
    listeners = [_listener(gateway)]
    if gateway.stats:
        places |= {CLUSTER: gateway.admin}
        listeners += [stats_listener(gateway.stats.envoy)]
    return {
        "admin": {"address": gateway.admin.envoy},
        "static_resources": {"listeners": listeners, "clusters": [cluster(name, address) for name, address in places.items()]},
        "overload_manager": {"resource_monitors": [_connections()]},
    }


def _connections() -> Json:
    kind = "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
    limit = {"@type": f"type.googleapis.com/{kind}", "max_active_downstream_connections": CONNECTIONS}
    return {"name": "envoy.resource_monitors.global_downstream_max_connections", "typed_config": limit}


def cluster(name: str, address: Address) -> Json:
    """One upstream; a refused connection is tried elsewhere at once, never a sent request."""
    endpoint = {"endpoint": {"address": address.envoy}}
    return {
        "name": name,
        "type": "STATIC" if address.host.replace(".", "").isdigit() else "STRICT_DNS",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


def _listener(gateway: Gateway) -> Json:
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "door",
        "use_remote_address": True,
        "generate_request_id": True,
        "always_set_request_id_in_response": True,
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "server_name": "gateway",
        "max_request_headers_kb": 32,
        "request_headers_timeout": "10s",
        "stream_idle_timeout": "300s",
        "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST", "idle_timeout": "300s"},
        "local_reply_config": local_replies(gateway.origins),
        "access_log": [_access_log()],
        "http_filters": _filters(gateway),
        "route_config": {
            "name": "routes",
            "max_direct_response_body_size_bytes": 8 * 1024 * 1024,
            "response_headers_to_add": [*map(header, SAFE, SAFE.values())],
            "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [*_routes(gateway)]}],
        },
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {
        "name": "door",
        "address": gateway.listen.envoy,
        "per_connection_buffer_limit_bytes": 1024 * 1024,
        "filter_chains": [chain],
    }


def _access_log() -> Json:
    fields = {
        "at": "%START_TIME%",
        "method": "%REQ(:METHOD)%",
        "path": "%PATH(NQ)%",
        "status": "%RESPONSE_CODE%",
        "ms": "%DURATION%",
        "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        "service": "%UPSTREAM_CLUSTER%",
        "why": "%RESPONSE_CODE_DETAILS%",
    }
    return {
        "name": "envoy.access_loggers.stdout",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": {"json_format": fields},
        },
    }


def _filters(gateway: Gateway) -> list[Json]:
    return [
        {"name": "envoy.filters.http.cors", "typed_config": {"@type": f"{FILTERS}.cors.v3.Cors"}},
        {"name": limits.FILTER, "typed_config": limits.per_address(gateway.limits.everything, "everything")},
        {"name": "envoy.filters.http.jwt_authn", "typed_config": _tokens()},
        {"name": WORDS, "typed_config": {"@type": f"{FILTERS}.custom_response.v3.CustomResponse"}},
        {"name": "envoy.filters.http.buffer", "typed_config": {"@type": f"{FILTERS}.buffer.v3.Buffer", "max_request_bytes": API_BODY}},
        {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{FILTERS}.router.v3.Router"}},
    ]


def _tokens() -> Json:
    """A token may be missing (the service says what that means), but a false or expired one ends here."""
    uri = {"uri": "http://identity/.well-known/jwks.json", "cluster": "identity", "timeout": "3s"}
    provider = {
        "remote_jwks": {"http_uri": uri, "cache_duration": "60s", "async_fetch": {"fast_listener": True}},
        "forward": True,
        "from_headers": [{"name": "Authorization", "value_prefix": "Bearer "}],
    }
    either = {"requires_any": {"requirements": [{"provider_name": "identity"}, {"allow_missing": {}}]}}
    return {
        "@type": f"{FILTERS}.jwt_authn.v3.JwtAuthentication",
        "providers": {"identity": provider},
        "rules": [{"match": {"safe_regex": {"regex": "/([a-z]+/)?v1/.*"}}, "requires": either}],
    }


def _routes(gateway: Gateway) -> list[Json]:
    return [
        *(_document(document) for document in gateway.documents),
        _keys(),
        *(_limited(path, gateway.limits.entrance) for path in ENTRANCES),
        _limited(TRACKING, gateway.limits.tracking),
        *(_prefix(f"/{service}/v1", service) for service in PLURALS),
        *(route for service, plurals in PLURALS.items() for plural in plurals for route in _plural(plural, service)),
        _files(gateway.origins),
        {"match": {"prefix": "/"}, "direct_response": {"status": 404}},
    ]


def _document(document: Document) -> Json:
    told = {"content-type": document.media_type, "cache-control": "no-cache"}
    if document.policy:
        told |= {"content-security-policy": document.policy}
    body = {"status": 200, "body": {"filename": str(document.file)}}
    headers = [header(*pair) for pair in told.items()]
    return {"match": {"path": document.path}, "direct_response": body, "response_headers_to_add": headers}


def _keys() -> Json:
    return {"match": {"path": "/.well-known/jwks.json"}, "route": {"cluster": "identity", "timeout": TIMEOUT}}


def _limited(path: str, limit: limits.Limit) -> Json:
    service = next(service for service, plurals in PLURALS.items() if path.split("/")[2] in plurals)
    post = {"name": ":method", "string_match": {"exact": "POST"}}
    return {
        "match": {"path": path, "headers": [post]},
        "route": _to(service),
        "typed_per_filter_config": {limits.FILTER: limits.per_address(limit, path.strip("/").replace("/", "_"))},
    }


def _plural(plural: str, service: str) -> list[Json]:
    """A stream of events has no end, so no time limit; everything else has one."""
    stream = {"name": "accept", "string_match": {"contains": "text/event-stream"}}
    endless = {"cluster": service, "timeout": "0s", "idle_timeout": "0s"}
    return [
        {"match": {"path_separated_prefix": f"/v1/{plural}", "headers": [stream]}, "route": endless},
        _prefix(f"/v1/{plural}", service),
    ]


def _prefix(prefix: str, service: str) -> Json:
    return {"match": {"path_separated_prefix": prefix}, "route": _to(service)}


def _to(service: str) -> Json:
    retry = {"retry_on": "connect-failure,refused-stream", "num_retries": 2}
    return {"cluster": service, "timeout": TIMEOUT, "retry_policy": retry}


def _files(origins: Sequence[str]) -> Json:
    """Presigned addresses are signed for this host: it is handed on unchanged; what the store refuses is said in our words."""
    cors = {
        "@type": f"{FILTERS}.cors.v3.CorsPolicy",
        "allow_origin_string_match": [{"exact": origin} for origin in origins],
        "allow_methods": "GET, PUT",
        "allow_headers": "content-type, content-md5, x-amz-content-sha256, x-amz-checksum-sha256",
        "expose_headers": "etag",
        "max_age": "600",
    }
    body = {"@type": f"{FILTERS}.buffer.v3.BufferPerRoute", "buffer": {"max_request_bytes": FILE_BODY}}
    words = {"@type": f"{FILTERS}.custom_response.v3.CustomResponse", **in_our_words()}
    return {
        "match": {"prefix": FILES},
        "route": {"cluster": "s3", "timeout": "120s"},
        "response_headers_to_add": [header("cache-control", "no-store")],
        "response_headers_to_remove": [*STORES_OWN],
        "typed_per_filter_config": {"envoy.filters.http.cors": cors, "envoy.filters.http.buffer": body, WORDS: words},
    }
