"""What happened to a review, in sentences? Told from its own events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.backoffice.domain.review.events import (
    ConclusionProposed,
    ConclusionReturned,
    DocumentJudged,
    JudgementUndone,
    ReviewClaimed,
    ReviewClosed,
    ReviewConcluded,
    ReviewEscalated,
    ReviewOpened,
    ReviewReassigned,
    ReviewReleased,
    ReviewReopened,
)
from shared.eventsourcing.event import Event, Recorded


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    code: str
    sentence: str
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Told:
    code: str
    sentence: str
    at: str
    by: str | None = None


_TOLD: Mapping[type[Event], _Told] = {
    ReviewOpened: _Told("opened", "Recebido e colocado na fila pela ordem do protocolo.", "filed_at"),
    ReviewClaimed: _Told("claimed", "Assumido para análise.", "claimed_at", "claimed_by"),
    ReviewReassigned: _Told("reassigned", "Redistribuído pelo supervisor.", "reassigned_at", "claimed_by"),
    ReviewReleased: _Told("released", "Devolvido à fila.", "released_at", "claimed_by"),
    DocumentJudged: _Told("document-accepted", "Documento aceito.", "judged_at", "judged_by"),
    JudgementUndone: _Told("judgement-undone", "Parecer sobre um documento desfeito.", "undone_at", "undone_by"),
    ConclusionProposed: _Told("proposed", "Conclusão proposta; aguarda confirmação de outra pessoa.", "proposed_at", "proposed_by"),
    ConclusionReturned: _Told("returned", "Conclusão devolvida a quem a propôs.", "returned_at", "returned_by"),
    ReviewConcluded: _Told("concluded", "Concluído: aprovado.", "concluded_at", "concluded_by"),
    ReviewClosed: _Told("closed", "Encerrado: o pedido foi retirado, substituído ou terminou.", "closed_at"),
    ReviewEscalated: _Told(
        "escalated", "Encaminhado ao supervisor: o acesso em que o pedido se baseou já havia terminado.", "escalated_at"
    ),
    ReviewReopened: _Told("reopened", "A conclusão não pôde ser aplicada; voltou à fila.", "reopened_at"),
}


def timeline(events: Sequence[Recorded[Event]]) -> list[Moment]:
    """The history in sentences, oldest first; renewals are left out."""
    return [_moment(event.event, _TOLD[type(event.event)]) for event in events if type(event.event) in _TOLD]


def _moment(fact: Event, told: _Told) -> Moment:
    by = getattr(fact, told.by) if told.by else None
    code, sentence = told.code, told.sentence
    match fact:
        case ReviewClaimed(out_of_order=True):
            sentence = "Assumido fora da ordem, com justificativa."
        case ReviewReleased(why="idle"):
            sentence = "Devolvido à fila por falta de atividade."
        case DocumentJudged(verdict="refused"):
            code, sentence = "document-refused", "Documento recusado, com motivo."
        case ConclusionReturned():
            sentence = f"Conclusão devolvida: {fact.note}"
        case ReviewConcluded(outcome="rejected"):
            sentence = "Concluído: recusado."
        case _:
            pass
    return Moment(getattr(fact, told.at), code, sentence, by)
