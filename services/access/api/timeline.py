"""What happened to a grant, in sentences."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from services.access.api.answers import MomentAnswer
from shared.eventsourcing.event import Recorded
from shared.eventsourcing.refusal import kebab

type _Role = Literal["holder", "professional", "register", "system"]

# An ask that found nobody reads like every other.
_ALIKE = {
    "AskNotMatched": "AccessRequested",
    "UnmatchedAskCancelled": "AccessOfferWithdrawn",
    "UnmatchedAskLapsed": "AccessOfferLapsed",
}
_SENTENCES: Mapping[str, str] = {
    "AccessOffered": "O titular ofereceu acesso até {ends_on}.",
    "AccessRequested": "O profissional pediu acesso.",
    "AccessGranted": "O acesso foi concedido até {ends_on}.",
    "AccessDeclined": "O acesso foi recusado.",
    "AccessOfferWithdrawn": "O convite ou pedido foi cancelado.",
    "AccessOfferLapsed": "Ninguém respondeu e o prazo acabou.",
    "ReminderDue": "A resposta foi lembrada por e-mail.",
    "ExtensionProposed": "Foi proposta a prorrogação até {ends_on}.",
    "ExtensionDeclined": "A prorrogação não foi aceita.",
    "AccessExtended": "O acesso foi prorrogado até {ends_on}.",
    "EndAnnounced": "O fim próximo do acesso foi avisado.",
    "AccessRevoked": "O acesso foi encerrado.",
    "AccessExpired": "O acesso chegou ao fim do prazo.",
    "AccessSuspended": "O acesso foi suspenso até o titular decidir.",
    "AccessReinstated": "O titular manteve o acesso.",
}
_ROLES: Mapping[str, _Role] = {
    "AccessOffered": "holder",
    "AccessRequested": "professional",
    "AccessReinstated": "holder",
    "UnmatchedAskCancelled": "professional",
}


def moment_of(record: Recorded[Any]) -> MomentAnswer | None:
    """An event as people read it; None for those that are not for them."""
    name = type(record.event).__name__
    shown = _ALIKE.get(name, name)
    if shown not in _SENTENCES:
        return None
    ends_on = getattr(record.event, "ends_on", None)
    told = ends_on.strftime("%d/%m/%Y") if isinstance(ends_on, date) else ""
    sentence = _SENTENCES[shown].format(ends_on=told)
    return MomentAnswer(at=record.recorded_at, code=kebab(shown), sentence=sentence, actor_role=_role(record.event, name, shown))


def _role(event: object, name: str, shown: str) -> _Role:
    for field in ("declined_by", "withdrawn_by", "proposed_by", "by"):
        side: _Role | None = getattr(event, field, None)
        if side is not None:
            return side
    return _ROLES.get(name, _ROLES.get(shown, "system"))
