"""An HTTP client that behaves as a good one should: keys on what it creates, versions on what it edits, patience when told."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from demo.surprise import Surprise

SUCCESS = (200, 201, 202, 204)
TRIES = 60
LONGEST_WAIT = 20.0
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: httpx.Headers

    def __getitem__(self, name: str) -> Any:
        """A field of the JSON body."""
        return self.body[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A field of the JSON body, where it has one."""
        return self.body.get(name, default) if isinstance(self.body, dict) else default

    @property
    def etag(self) -> int:
        """The version of the record."""
        return int(self.headers["etag"].strip('"'))

    @property
    def code(self) -> str | None:
        """The code of a problem."""
        return str(self.body["code"]) if isinstance(self.body, dict) and "code" in self.body else None


class Client:
    """One person's browser: their token, their cookies, their patience."""

    def __init__(self, gateway: str, name: str = "", *, address: str | None = None, patience: float = PATIENCE_SECONDS) -> None:
        self.gateway = gateway.rstrip("/")
        self.name = name
        self.address = address
        self.patience = patience
        self.token: str | None = None
        self.http = self._browser(base_url=self.gateway, timeout=30)
        self.renew: Callable[[], Awaitable[None]] | None = None
        self._renewing = False

    def _browser(self, **options: Any) -> httpx.AsyncClient:
        """An HTTP client that calls from this household's address."""
        return httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(local_address=self.address), **options)

    async def __aenter__(self) -> Self:
        """Ready to use."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of connections."""
        await self.http.aclose()

    async def get(self, path: str, *, expect: int | Sequence[int] = 200, params: Mapping[str, str] | None = None) -> Answer:
        """Look at something."""
        return await self.send("GET", path, expect=expect, params=params)

    async def post(
        self,
        path: str,
        body: Any = None,
        *,
        expect: int | Sequence[int] = SUCCESS,
        key: str | None = "new",
        if_match: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Do or create something; a fresh Idempotency-Key unless one is given (None: none at all)."""
        more = dict(headers or {})
        if key is not None:
            more["Idempotency-Key"] = str(uuid4()) if key == "new" else key
        return await self.send("POST", path, body=body, expect=expect, if_match=if_match, headers=more)

    async def put(self, path: str, body: Any = None, *, if_match: int | None = None, expect: int | Sequence[int] = SUCCESS) -> Answer:
        """Say what something is."""
        return await self.send("PUT", path, body=body, expect=expect, if_match=if_match)

    async def patch(self, path: str, body: Any = None, *, if_match: int | None = None, expect: int | Sequence[int] = SUCCESS) -> Answer:
        """Change part of something."""
        return await self.send("PATCH", path, body=body, expect=expect, if_match=if_match)

    async def delete(self, path: str, *, if_match: int | None = None, expect: int | Sequence[int] = SUCCESS) -> Answer:
        """Take something away."""
        return await self.send("DELETE", path, expect=expect, if_match=if_match)

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        expect: int | Sequence[int] = SUCCESS,
        if_match: int | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, repeated as long as the other side asks for patience; anything unexpected is a Surprise."""
        wanted = (expect,) if isinstance(expect, int) else tuple(expect)
        more = {**(headers or {})} | ({"If-Match": f'"{if_match}"'} if if_match is not None else {})
        renewed = False
        for _ in range(TRIES):
            token = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            reply = await self._request(method, path, {**token, **more}, body, params)
            if reply.status_code in wanted:
                return _answer(reply)
            if reply.status_code == httpx.codes.UNAUTHORIZED and self.renew and not (renewed or self._renewing):
                renewed = self._renewing = True  # the renewal of a session that is over is refused too, and is not renewed for it
                try:
                    await self.renew()
                finally:
                    self._renewing = False
                continue
            wait = _patience(reply)
            if wait is None:
                raise Surprise(_told(self.name, method, path, wanted, reply))
            await asyncio.sleep(wait)
        raise Surprise(f"{self.name}: {method} {path}: still asked to wait after {TRIES} tries")

    async def _request(
        self, method: str, path: str, headers: Mapping[str, str], body: Any, params: Mapping[str, str] | None
    ) -> httpx.Response:
        content = None if body is None else json.dumps(body, default=str).encode()
        typed = {"Content-Type": "application/json"} if content is not None else {}
        try:
            return await self.http.request(method, path, content=content, headers={**typed, **headers}, params=params)
        except httpx.TransportError as lost:
            raise Surprise(
                f"{self.name}: {method} {self.gateway}{path}: no answer ({type(lost).__name__}). Is it up? make status"
            ) from lost

    async def put_bytes(self, url: str, content: bytes, headers: Mapping[str, str] | None = None, *, method: str = "PUT") -> None:
        """Send a file to a presigned address."""
        await self._file(method, url, content, headers)

    async def fetch_bytes(self, url: str) -> bytes:
        """Fetch a file from a presigned address."""
        return (await self._file("GET", url)).content

    async def _file(self, method: str, url: str, content: bytes | None = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """A file on its way, sent again as long as the gateway asks for patience."""
        async with self._browser(timeout=60) as http:
            for _ in range(TRIES):
                reply = await http.request(method, url, content=content, headers=dict(headers or {}))
                if reply.status_code in SUCCESS:
                    return reply
                wait = _patience(reply)
                if wait is None:
                    raise Surprise(f"{self.name}: a file, {method}, answered {reply.status_code}: {reply.text[:300]}")
                await asyncio.sleep(wait)
        raise Surprise(f"{self.name}: a file, {method}: still asked to wait after {TRIES} tries")

    async def until(self, path: str, accept: Callable[[Any], bool], *, why: str = "", params: Mapping[str, str] | None = None) -> Answer:
        """Look again until what is seen is accepted: effects travel, they do not arrive at once."""
        last: Answer | None = None
        waited = 0.0
        while waited < self.patience:
            last = await self.get(path, expect=(200, 404, 403, 503), params=params)
            if last.status == httpx.codes.OK and accept(last.body):
                return last
            pause = 0.2 if waited < 3 else 0.7
            waited += pause
            await asyncio.sleep(pause)
        seen = json.dumps(last.body, ensure_ascii=False)[:600] if last else "nothing"
        raise Surprise(f"{self.name}: waited {self.patience:g} s at {path} for {why or 'a change'}; last seen: {seen}")


def _answer(reply: httpx.Response) -> Answer:
    typed = reply.headers.get("content-type", "")
    whole = "json" in typed and "ndjson" not in typed
    return Answer(reply.status_code, reply.json() if whole and reply.content else reply.text, reply.headers)


def _patience(reply: httpx.Response) -> float | None:
    if reply.status_code not in {429, 503}:
        return None
    told = reply.headers.get("retry-after")
    return min(float(told), LONGEST_WAIT) if told and told.isdigit() else None


def _told(name: str, method: str, path: str, wanted: Sequence[int], reply: httpx.Response) -> str:
    expected = " or ".join(map(str, wanted))
    return f"{name}: {method} {path} answered {reply.status_code} instead of {expected}:\n    {reply.text[:900]}"
