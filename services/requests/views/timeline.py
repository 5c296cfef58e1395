"""What happened to a request or commissioning, in sentences? Inline; the words are added when it is read."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from services.requests.domain.budget_request import events as budget
from services.requests.domain.commissioning import events as commissioning
from shared.contracts.requests.parts import DeadlineMissed
from shared.contracts.verdict import VerdictNotApplied
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.refusal import kebab
from shared.eventsourcing.writes import Writes
from shared.postgres import Db

SENTENCES: Mapping[str, str] = {
    "draft-started": "O pedido de orçamento de conexão foi começado.",
    "budget-requested": "O pedido foi protocolado com o número {protocol}. A documentação será analisada até {triage}.",
    "form-rendered": "O documento {label} ficou pronto.",
    "budget-accepted": "A documentação está em conformidade e o orçamento está em elaboração, até {budget}.",
    "budget-dismissed": "O pedido foi indeferido, com {count} não conformidade(s). Você pode corrigir e protocolar de novo, ou reclamar.",
    "clock-suspended": "O prazo do orçamento foi suspenso: {reason}.",
    "clock-resumed": "O prazo do orçamento voltou a correr, até {budget}.",
    "budget-issued": "O orçamento de conexão foi emitido. Veja as condições e decida.",
    "budget-received": "O orçamento foi recebido. O prazo para decidir vai até {approval}.",
    "budget-approved": "O orçamento foi aprovado{manner}.",
    "budget-declined": "O orçamento foi recusado pelo titular.",
    "budget-expired": "O orçamento perdeu a validade: {reason}.",
    "contracts-delivered": "Os contratos foram entregues. Devolva assinados até {contracts_back}.",
    "contracts-returned": "Os contratos assinados foram devolvidos.",
    "payment-recorded": "O pagamento foi registrado.",
    "works-began": "As obras da distribuidora começaram, com conclusão até {works}.",
    "works-concluded": "As obras foram concluídas.",
    "budget-entered-into-force": "O orçamento está em vigor. A geração pode ser comissionada.",
    "connection-recorded": "A geração foi conectada.",
    "budget-withdrawn": "O pedido foi encerrado por desistência.",
    "budget-cancelled": "O pedido foi cancelado pela distribuidora.",
    "filing-contested": "A conta foi devolvida ao titular. Um supervisor confere o pedido; o titular pode manter ou desistir.",
    "filed-after-access-ended": "O acesso do profissional tinha terminado antes do protocolo. O titular pode manter ou desistir do pedido.",
    "deadline-missed": "O prazo de {due_on} ({article}) não foi cumprido pela distribuidora.",
    "commissioning-started": "O comissionamento foi começado (tentativa {attempt}).",
    "commissioning-requested": "O comissionamento foi protocolado com o número {protocol}. A vistoria será feita até {inspection}.",
    "commissioning-accepted": "A documentação do comissionamento está em conformidade. A vistoria será agendada.",
    "commissioning-dismissed": "O comissionamento foi indeferido, com {count} não conformidade(s).",
    "inspection-scheduled": "A vistoria foi agendada para {visit_on} ({window}).",
    "generation-connected": "A vistoria foi aprovada e a geração está conectada desde {connected_on}.",
    "inspection-failed": "A vistoria apontou {count} correção(ões). Peça nova vistoria até {new_inspection}.",
    "commissioning-withdrawn": "O comissionamento foi encerrado por desistência.",
}
_WORDS: Mapping[str, str] = {
    "morning": "manhã",
    "afternoon": "tarde",
    "day": "dia inteiro",
    "ons": "consulta ao ONS",
    "outra-distribuidora": "consulta a outra distribuidora",
    "autoridade": "informação ou autorização de autoridade competente",
    "not-approved-in-time": "não foi aprovado no prazo",
    "contracts-not-returned": "os contratos não foram devolvidos no prazo",
    "inspection-not-requested": "a vistoria não foi pedida no prazo",
    "tacit": " pelo decurso do prazo (art. 83)",
    "express": "",
    "FORMULARIO_ANEEL": "formulário de orçamento de conexão",
    "RECIBO": "comprovante do protocolo",
    "ORCAMENTO": "orçamento de conexão",
}
_SHOWN: frozenset[type[Event]] = frozenset(
    event
    for event in (*budget.PUBLISHED, *budget.PRIVATE, *commissioning.PUBLISHED, *commissioning.PRIVATE)
    if kebab(event.__name__) in SENTENCES and event is not VerdictNotApplied
)


class TimelineView:
    """Keeps the table `timeline`."""

    name: ClassVar[str] = "timeline_1"
    tables: ClassVar[tuple[str, ...]] = ("timeline",)
    on: ClassVar[frozenset[type[Event]]] = _SHOWN

    async def project(self, writes: Writes, records: Sequence[Recorded[Any]]) -> None:
        """One line per fact."""
        writes.add(
            "insert into timeline (stream, version, at, code, actor, values, article)"
            " select * from unnest($1::text[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[], $7::text[])"
            " on conflict (stream, version) do nothing",
            [record.stream for record in records],
            [record.version for record in records],
            [record.recorded_at for record in records],
            [kebab(type(record.event).__name__) for record in records],
            [record.cause.actor for record in records],
            [json.dumps(_values(record.event), ensure_ascii=False) for record in records],
            [getattr(record.event, "article", None) for record in records],
        )


_FACTS: Mapping[type[Event], Callable[[Any], Mapping[str, object]]] = {
    budget.BudgetRequested: lambda fact: {"protocol": fact.protocol},
    budget.FormRendered: lambda fact: {"label": fact.code},
    budget.BudgetDismissed: lambda fact: {"count": len(fact.non_conformities)},
    budget.ClockSuspended: lambda fact: {"reason": fact.reason},
    budget.BudgetApproved: lambda fact: {"manner": fact.manner},
    budget.BudgetExpired: lambda fact: {"reason": fact.reason},
    DeadlineMissed: lambda fact: {"due_on": fact.due_on, "article": fact.article},
    commissioning.CommissioningStarted: lambda fact: {"attempt": fact.attempt},
    commissioning.CommissioningRequested: lambda fact: {"protocol": fact.protocol},
    commissioning.CommissioningDismissed: lambda fact: {"count": len(fact.non_conformities)},
    commissioning.InspectionScheduled: lambda fact: {"visit_on": fact.visit_on, "window": fact.window},
    commissioning.GenerationConnected: lambda fact: {"connected_on": fact.connected_on},
    commissioning.InspectionFailed: lambda fact: {"count": len(fact.reasons)},
}


def _values(fact: Event) -> Mapping[str, str]:
    values = dict(_FACTS.get(type(fact), lambda _: {})(fact))
    for due in getattr(fact, "due", ()):
        values[due.clock.replace("-", "_")] = due.due_on
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history, in words."""

    version: int
    at: datetime
    code: str
    sentence: str
    actor: str
    article: str | None


async def timeline_of(db: Db, stream: str, after: int, limit: int) -> list[Line]:
    """The history of a stream, oldest first, from a version on."""
    rows = await db.fetch(
        "select version, at, code, actor, values::text as values, article from timeline where stream = $1 and version > $2"
        " order by version limit $3",
        stream,
        after,
        limit,
    )
    return [
        Line(row["version"], row["at"], row["code"], sentence(row["code"], json.loads(row["values"])), row["actor"], row["article"])
        for row in rows
    ]


def sentence(code: str, values: Mapping[str, str]) -> str:
    """A fact as a sentence in plain Portuguese."""
    return SENTENCES[code].format_map(_Known({name: _WORDS.get(value, value) for name, value in values.items()}))


class _Known(dict[str, str]):
    """Values of a sentence; one that an old line lacks is shown as a dash."""

    def __missing__(self, key: str) -> str:
        """What stands where nothing is known."""
        return "—"
