"""Which rules are in force on a day? The editions of the catalogues that requests and commissionings are filed under."""

from datetime import date
from functools import lru_cache

from services.requests.domain.facts import DocumentRule, RulesInForce
from shared.catalogue import Edition, entries, entries_of_all
from shared.contracts.requests.parts import CatalogueVersion
from shared.postgres import Db

RULES = ("motives", "purposes", "request-documents", "declarations")
"""The catalogues that a request is filed under, in the order of `rules_of`."""


async def rules_in_force(db: Db, on: date) -> RulesInForce:
    """The editions a request would be filed under that day."""
    return rules_of(*await entries_of_all(db, RULES, on))


@lru_cache(maxsize=64)
def rules_of(motives: Edition, purposes: Edition, documents: Edition, declarations: Edition) -> RulesInForce:
    """What the editions of RULES say together."""
    return RulesInForce(
        documents=document_rules(documents),
        declarations=frozenset(entry.code for entry in declarations.entries if entry.enabled),
        versions=tuple(CatalogueVersion(code=one.code, version=one.version) for one in (motives, purposes, documents, declarations)),
    )


async def commissioning_rules(db: Db, on: date) -> tuple[DocumentRule, ...]:
    """The documents that a commissioning has that day."""
    return document_rules(await entries(db, "commissioning-documents", on))


@lru_cache(maxsize=64)
def document_rules(edition: Edition) -> tuple[DocumentRule, ...]:
    """The lines of a catalogue of documents, as the rules read them."""
    return tuple(
        DocumentRule(
            code=entry.code,
            label=entry.label,
            order=entry.order,
            article=entry.article,
            generated=bool(entry.get("generated", False)),
            micro=str(entry.get("micro", "required")),
            mini=str(entry.get("mini", "required")),
            when=dict(entry.get("when", {})),
            most=int(entry.get("most", 1)),
        )
        for entry in edition.entries
        if entry.enabled
    )
