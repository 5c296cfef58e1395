"""Who sees what was acknowledged: a browser that insists until it has an answer, and writes down every answer to a deed."""

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from demo.client import Client
from demo.household import address_of
from demo.stage import Stage
from demo.surprise import Surprise

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSISTS_SECONDS = 40.0
MISTAKE = 500
LOOKS_ON = ("/next-claims", "/completion")
"""Who claims what is already at their hands, or says that a file has arrived, is answered with it as it is."""


@dataclass
class Witness:
    """What the system has said it did."""

    seed: int
    versions: dict[tuple[tuple[str, ...], int], str] = field(default_factory=dict)
    """The version that an answer named, of which stream (named by the answer, or by the address), and by which request."""
    keyed: dict[str, set[str]] = field(default_factory=dict)
    """Per Idempotency-Key, the different ids that answers under it have named."""
    deeds: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """Per stream and version, the different deeds that were told to have made it."""
    mistakes: Counter[str] = field(default_factory=Counter)
    repeated: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def saw(self, method: str, path: str, headers: Mapping[str, str], said: Any, reply: httpx.Response) -> None:
        """An answer came."""
        key = headers.get("Idempotency-Key")
        if reply.status_code == MISTAKE:
            self.mistakes[f"{method} {path.split('?', maxsplit=1)[0]}: {reply.text[:200]}"] += 1
        if method == "GET" or not reply.is_success or "json" not in reply.headers.get("content-type", ""):
            return
        body = reply.json()
        if key is not None and isinstance(body, dict) and "ids" in body:
            self.keyed.setdefault(key, set()).add(str(sorted(body["ids"].items())))
        if place := _named(body, path):
            self.versions[place] = f"{method} {path}"
            if not path.endswith(LOOKS_ON) and headers.get("If-Match") != f'"{place[1]}"':  # neither what is so already
                deed = f"{method} {path} {key} {json.dumps(said, sort_keys=True, default=str)}"
                self.deeds.setdefault((_stream(body, path), place[1]), set()).add(deed)

    def twofold(self) -> list[tuple[tuple[str, int], set[str]]]:
        """Places in a stream that more than one deed was told to have made."""
        return [(place, deeds) for place, deeds in self.deeds.items() if len(deeds) > 1]


def _stream(body: Any, path: str) -> str:
    """Whose stream it is: what the address names first, else what the answer names."""
    return str(next(iter(ID.findall(path)), body.get("id", "")))


def _named(body: Any, path: str) -> tuple[tuple[str, ...], int] | None:
    """The version that an answer to a deed names, and the ids of which one is its stream's."""
    if not isinstance(body, dict) or not isinstance(body.get("version"), int):
        return None
    ids = tuple(dict.fromkeys(ID.findall(f"{body.get('id', '')} {path}")))
    return (ids, body["version"]) if ids else None


class Insisting(Client):
    """Asks again where no answer came: the system knows whether it was done, by key, by version, or because it is so already."""

    witness: Witness

    async def _request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Any,
        params: Mapping[str, str] | None,
    ) -> httpx.Response:
        key = headers.get("Idempotency-Key")
        until = time.monotonic() + INSISTS_SECONDS
        while True:
            try:
                reply = await super()._request(method, path, headers, body, params)
            except Surprise:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.3)
                continue
            self.witness.saw(method, path, headers, body, reply)
            if key is not None and reply.is_success and self.witness.chance.random() < 0.2:
                self.witness.repeated += 1
                with suppress(Surprise):
                    self.witness.saw(method, path, headers, body, await super()._request(method, path, headers, body, params))
            return reply


@dataclass
class Watched(Stage):
    """A stage whose browsers insist, and whose answers are witnessed."""

    witness: Witness = field(default_factory=lambda: Witness(0))

    def browser(self, name: str) -> Client:
        """A browser that insists."""
        made = Insisting(self.gateway, name, address=address_of(self.gateway, self.run), patience=self.patience)
        made.witness = self.witness
        made.http.timeout = httpx.Timeout(15)
        return made
