"""A real Envoy with the real configuration, in front of five servers that say who they are and what they heard."""

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import OKPKey

from deploy.gateway.config import Address, Gateway, config
from deploy.gateway.documents import documents
from deploy.gateway.limits import Limit, Limits
from deploy.local.answers import free_ports, url_answers
from deploy.local.home import LOOPBACK, SERVICES
from deploy.local.servers.gateway import BINARY

ORIGIN = "http://portal.test"
ENTRANCE_LIMIT = 5
STREAM = b"data: first\n\n"


@dataclass(frozen=True)
class Door:
    """Where it answers, and the key with which tokens are signed."""

    port: int
    admin_port: int
    key: OKPKey

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self.port}"

    def token(self, *, key: OKPKey | None = None, age: int = 0) -> str:
        """A token as identity makes them."""
        now = int(time.time()) - age
        claims = {"sub": "s", "iat": now, "exp": now + 300}
        return jwt.encode({"alg": "EdDSA", "kid": "k"}, claims, key or self.key, algorithms=["EdDSA"])


class Echo:
    """An ASGI server that answers with its own name and the request."""

    def __init__(self, name: str, jwks: Mapping[str, Any]) -> None:
        self.name = name
        self.jwks = jwks

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        size = 0
        while True:
            message = await receive()
            size += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        if headers.get("accept") == "text/event-stream":
            await self._stream(send)
            return
        told = {"service": self.name, "path": scope["path"], "headers": headers, "size": size}
        body = json.dumps(self.jwks if scope["path"] == "/.well-known/jwks.json" else told).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    async def _stream(self, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": STREAM, "more_body": True})
        await asyncio.sleep(1)
        await send({"type": "http.response.body", "body": b"data: second\n\n"})


async def open_door(folder: Any, s3_port: int, away: str = "backoffice") -> AsyncIterator[Door]:
    """Everything up, `away` excepted, which nobody answers for."""
    key = OKPKey.generate_key("Ed25519", {"kid": "k", "alg": "EdDSA", "use": "sig"})
    jwks = {"keys": [key.as_dict(private=False)]}
    ports = free_ports((*SERVICES, "door", "admin"))
    servers = [
        uvicorn.Server(uvicorn.Config(Echo(name, jwks), host=LOOPBACK, port=ports[name], log_level="error", lifespan="off"))
        for name in SERVICES
        if name != away
    ]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    while not all(server.started for server in servers):
        await asyncio.sleep(0.01)
    file = folder / "envoy.json"
    file.write_text(json.dumps(config(_gateway(ports, s3_port))), encoding="utf-8")
    command = [str(BINARY), "-c", str(file), "--concurrency", "1", "--disable-hot-restart", "--log-level", "error"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while not await asyncio.to_thread(url_answers, ports["door"], "/v1/me"):
                assert process.poll() is None, "Envoy refused its configuration"
                await asyncio.sleep(0.05)
            yield Door(ports["door"], ports["admin"], key)
        finally:
            process.terminate()
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*tasks)


def _gateway(ports: Mapping[str, int], s3_port: int) -> Gateway:
    def local(name: str) -> Address:
        return Address(LOOPBACK, ports[name])

    return Gateway(
        listen=local("door"),
        admin=local("admin"),
        services={name: local(name) for name in SERVICES},
        s3=Address(LOOPBACK, s3_port),
        documents=documents(),
        origins=[ORIGIN],
        limits=Limits(Limit(60_000), Limit(ENTRANCE_LIMIT), Limit(ENTRANCE_LIMIT)),
    )
