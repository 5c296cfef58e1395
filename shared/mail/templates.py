"""The words of a service's messages, read once from `mails/`: subject, text, and HTML where there is any."""

import html as markup
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

_PLACE = re.compile(r"\{\{\s*(name:)?([a-z_][a-z0-9_]*)\s*\}\}")
_SUBJECT = "Assunto:"


class PlaceWithoutValue(Exception):
    """A message has a place for which the caller gave no value."""


class MessageUnreadable(Exception):
    """A file of `mails/` that does not begin with its subject."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its places filled, but for the names of people."""

    subject: str
    text: str
    html: str | None


@dataclass(frozen=True, slots=True)
class _Template:
    subject: str
    text: str
    html: str | None


class Templates:
    """The messages of one service. `common` are values that every message may use (`brand_name`, `public_url`)."""

    def __init__(self, folder: Path, **common: str) -> None:
        self._common = common
        self._templates = {file.stem: _read(file) for file in sorted(folder.glob("*.txt"))}

    @property
    def facts(self) -> frozenset[str]:
        """The facts there are words for."""
        return frozenset(self._templates)

    def places(self, fact: str) -> frozenset[str]:
        """The values a message needs from its caller."""
        template = self._templates[fact]
        found = _PLACE.findall("\n".join((template.subject, template.text, template.html or "")))
        return frozenset(place for _, place in found) - set(self._common)

    def fill(self, fact: str, values: Mapping[str, str]) -> Message:
        """The message about a fact; raises PlaceWithoutValue. What stands in `{{name:x}}` becomes the place of a person."""
        template = self._templates[fact]
        given = {**self._common, **values}
        return Message(
            _fill(template.subject, given),
            _fill(template.text, given),
            _fill(template.html, {name: markup.escape(value) for name, value in given.items()}) if template.html else None,
        )


def _read(file: Path) -> _Template:
    first, _, rest = file.read_text(encoding="utf-8").partition("\n")
    if not first.startswith(_SUBJECT):
        raise MessageUnreadable(file.name)
    page = file.with_suffix(".html")
    return _Template(first.removeprefix(_SUBJECT).strip(), rest.strip() + "\n", page.read_text(encoding="utf-8") if page.exists() else None)


def _fill(template: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        of_person, place = match.groups()
        if place not in values:
            raise PlaceWithoutValue(place)
        return f"{{{{name:{UUID(values[place])}}}}}" if of_person else _harmless(values[place])

    return _PLACE.sub(value, template)


def _harmless(value: str) -> str:
    """A value cannot smuggle in a place of its own."""
    return value.replace("{{", "{ {")
