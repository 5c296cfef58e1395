"""Catalogues: versioned, dated lists of codes and labels; a filed request keeps the version it was filed under.

`services/<name>/seeds/<code>.yaml` is version 1:

    catalogue: motivos
    since: 2025-01-01
    entries:
      - code: gd-sem-alteracao
        label: Conexão de GD em UC existente sem alteração da potência disponibilizada
        article: REN 1.000/2021, art. 63, VI
        order: 2
        enabled: true               # default true; anything else an entry needs stands beside these, freely

`await seed(db, root / "seeds", handler, cause)` publishes the versions that are not there yet (CataloguePublished, stream
`catalogue-<uuid5 of the code>`); `CataloguesView()` is the inline view that keeps them; `await entries(db, "motivos", on)`
answers the `Edition` in force on a day: `.version`, `.since`, `.entries`, `.find("gd-sem-alteracao")`, `.get(…)`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar, assert_never
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml
from pydantic import BaseModel, ConfigDict

from shared.contracts.catalogue import CataloguePublished
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Cause, Event, Recorded
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.refusal import Malformed, NotFound, Refusal
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

_MOST_KNOWN = 200
_known: "dict[str, tuple[Entry, ...]]" = {}


class CatalogueUnknown(NotFound):
    """No edition of this catalogue is in force on that day."""

    sentence = "Este catálogo não existe ou ainda não vale nesta data."


class CodeNotInCatalogue(Malformed):
    """A code that the edition in force does not have, or has switched off."""

    sentence = "Esta opção não existe no catálogo em vigor. Atualize a página e escolha de novo."


class EditionNotNewer(Refusal):
    """An edition may not begin before the one it follows."""

    sentence = "A nova edição não pode começar a valer antes da atual."


class Entry(BaseModel):
    """One line of a catalogue. What else it carries is in `model_extra`, read with `get`."""

    model_config = ConfigDict(frozen=True, extra="allow")
    code: str
    label: str
    order: int = 0
    article: str | None = None
    enabled: bool = True

    def get(self, name: str, default: object = None) -> Any:  # noqa: ANN401 - entries carry what their catalogue needs
        """Another property of the entry."""
        return (self.model_extra or {}).get(name, default)


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of one catalogue; its content is known by its digest."""

    code: str
    version: int
    since: date
    sha256: str
    entries: tuple[Entry, ...] = field(compare=False)

    def find(self, code: str) -> Entry | None:
        """The entry with this code, if it is there and enabled."""
        return next((entry for entry in self.entries if entry.code == code and entry.enabled), None)

    def get(self, code: str) -> Entry:
        """The entry with this code; raises CodeNotInCatalogue."""
        found = self.find(code)
        if found is None:
            raise CodeNotInCatalogue
        return found


@dataclass(frozen=True, slots=True)
class PublishCatalogue:
    """Put an edition in force from a day on."""

    code: str
    since: date
    entries: tuple[Mapping[str, Any], ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """The latest edition; version 0 before the first."""

    version: int = 0
    since: date = date.min
    sha256: str = ""


def digest(entries: Sequence[Mapping[str, Any]]) -> str:
    """The digest of an edition's content, by which the same edition is known."""
    return hashlib.sha256(json.dumps(list(entries), sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def decide(command: PublishCatalogue, state: Published) -> Sequence[CataloguePublished]:
    """The same content again is already so."""
    match command:
        case PublishCatalogue():
            found = digest(command.entries)
            if found == state.sha256:
                return []
            if command.since < state.since:
                raise EditionNotNewer
            return [
                CataloguePublished(
                    catalogue=command.code,
                    version=state.version + 1,
                    since=command.since,
                    sha256=found,
                    entries=tuple(dict(entry) for entry in command.entries),
                    published_at=command.now,
                )
            ]
        case _:
            assert_never(command)


def evolve(state: Published, event: CataloguePublished) -> Published:  # noqa: ARG001 - the latest edition replaces what was
    """The latest edition."""
    return Published(event.version, event.since, event.sha256)


CATALOGUE: Decider[PublishCatalogue, Published, CataloguePublished] = Decider(Published(), decide, evolve)


def catalogue_id(code: str) -> UUID:
    """The id of a catalogue's stream, from its code."""
    return uuid5(NAMESPACE_URL, f"catalogue:{code}")


class CataloguesView:
    """Which editions are there? Inline, one row each."""

    name: ClassVar[str] = "catalogues_1"
    category: ClassVar[str] = "catalogue"
    tables: ClassVar[tuple[str, ...]] = ("catalogues",)
    on: ClassVar[frozenset[type[Event]]] = frozenset({CataloguePublished})

    async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
        """Keep each edition."""
        rows = [
            (fact.catalogue, fact.version, fact.since, _json(fact), fact.sha256, fact.published_at)
            for fact in (event.event for event in events)
        ]
        writes.add_each(
            "insert into catalogues (code, version, since, entries, sha256, published_at) values ($1, $2, $3, $4, $5, $6)"
            " on conflict (code, version) do nothing",
            rows,
        )


def _json(fact: CataloguePublished) -> str:
    return json.dumps(fact.model_dump(mode="json")["entries"], ensure_ascii=False)


async def entries(db: Db, code: str, on: date) -> Edition:
    """The edition in force on a day; raises CatalogueUnknown."""
    return (await entries_of_all(db, [code], on))[0]


async def entries_of_all(db: Db, codes: Sequence[str], on: date) -> Sequence[Edition]:
    """The editions of several catalogues in force on a day, in the order asked for; raises CatalogueUnknown."""
    return await editions_of(db, codes, await db.fetchval(f"select {editions_in_force('$1', '$2')}", codes, on))


def editions_in_force(codes: str, on: str) -> str:
    """SQL of one value, for a statement that asks more and `editions_of`: which editions these are; `codes` and `on` are SQL."""
    return (
        "(select json_agg(edition) from (select distinct on (code) code, version, since, sha256 from catalogues"
        f" where code = any({codes}::text[]) and since <= {on} order by code, version desc) edition)"
    )


async def editions_of(db: Db, codes: Sequence[str], told: str | None) -> Sequence[Edition]:
    """The editions that `editions_in_force` tells of, in the order asked for; raises CatalogueUnknown."""
    found = {one["code"]: one for one in json.loads(told or "[]")}
    if found.keys() != set(codes):
        raise CatalogueUnknown
    chosen = [found[code] for code in codes]
    return [await _edition(db, one["code"], one["version"], date.fromisoformat(one["since"]), one["sha256"]) for one in chosen]


async def edition(db: Db, code: str, version: int) -> Edition:
    """One edition by its number, whatever the day; raises CatalogueUnknown."""
    row = await db.fetchrow("select code, version, since, sha256 from catalogues where code = $1 and version = $2", code, version)
    if row is None:
        raise CatalogueUnknown
    return await _edition(db, *row)


async def _edition(db: Db, code: str, version: int, since: date, sha256: str) -> Edition:
    """An edition with its lines. What has been read once is known by the digest of its content, which never means anything else."""
    found = _known.get(sha256)
    if found is None:
        text = await db.fetchval("select entries::text from catalogues where code = $1 and version = $2", code, version)
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        found = _known[sha256] = _entries(text)
    return Edition(code, version, since, sha256, found)


def _entries(text: str) -> tuple[Entry, ...]:
    return tuple(sorted((Entry.model_validate(entry) for entry in json.loads(text)), key=lambda entry: (entry.order, entry.label)))


def read_seeds(folder: Path, now: datetime) -> list[PublishCatalogue]:
    """The catalogues of a folder; a file that is not one is a mistake, raised with its name."""
    commands = []
    for file in sorted(folder.glob("*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or "catalogue" not in content:
            continue
        lines = tuple(json.loads(json.dumps(entry, default=str)) for entry in content["entries"])
        for line in lines:
            Entry.model_validate(line)
        if len({line["code"] for line in lines}) != len(lines):
            message = f"{file.name}: a code stands twice"
            raise ValueError(message)
        commands.append(PublishCatalogue(content["catalogue"], content["since"], lines, now))
    return commands


async def seed(
    db: Db, folder: Path, handler: Handler[PublishCatalogue, Published, CataloguePublished], cause: Cause, now: datetime
) -> list[str]:
    """Publish version 1 of every catalogue of the folder that is not there yet; answers the codes published now."""
    published = []
    for command in read_seeds(folder, now):
        _, version = await handler.load(db, catalogue_id(command.code))
        if version == 0:
            await handler(db, catalogue_id(command.code), command, cause)
            published.append(command.code)
    return published
