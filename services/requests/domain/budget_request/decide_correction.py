"""A corrected request is a new one, linked to the dismissed one and prefilled from it: only what was faulted is asked again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.requests.domain.budget_request import events
from services.requests.domain.budget_request.commands import StartCorrection, StartDraft
from services.requests.domain.budget_request.decide_draft import start
from services.requests.domain.budget_request.states import BudgetRequest, Draft
from shared.eventsourcing.event import Erased


def correct(command: StartCorrection, state: BudgetRequest) -> Sequence[events.BudgetRequestEvent]:
    """Begin, and take over what stands; begun already is already so. The responsible confirms anew, declarations are made anew."""
    previous = command.dismissed
    begin = StartDraft(command.request_id, command.doer, command.unit, previous.started.request_id, command.now)
    started = start(begin, state)
    if not started:
        return []
    return [*started, *_steps(command, previous), *_rows(command.request_id, previous), *_documents(command, previous)]


def _steps(command: StartCorrection, previous: Draft) -> Sequence[events.BudgetRequestEvent]:
    mine = {"request_id": command.request_id}
    now, person = command.now, command.doer.person_id
    site = previous.site
    readable = site is not None and not isinstance(site.address, Erased) and not isinstance(site.coordinates, Erased)
    taken: list[events.BudgetRequestEvent | None] = [
        _again(previous.motive, mine | {"chosen_by": person, "chosen_at": now}),
        _again(previous.purpose, mine | {"chosen_by": person, "chosen_at": now}),
        _again(site if readable else None, mine | {"given_at": now}),
        _again(previous.beneficiaries, mine | {"listed_at": now}),
    ]
    if previous.options is not None:
        taken.append(events.OptionsChosen(request_id=command.request_id, options=previous.options, chosen_at=now))
    return [event for event in taken if event is not None]


def _again(event: events.BudgetRequestEvent | None, changes: Mapping[str, UUID | datetime]) -> events.BudgetRequestEvent | None:
    if event is None:
        return None
    return type(event).model_validate({name: getattr(event, name) for name in type(event).model_fields} | dict(changes))


def _rows(request_id: UUID, previous: Draft) -> Sequence[events.BudgetRequestEvent]:
    modules = [events.ModuleAdded(request_id=request_id, row_id=row, module=module) for row, module in previous.modules.items()]
    inverters = [events.InverterAdded(request_id=request_id, row_id=row, inverter=one) for row, one in previous.inverters.items()]
    return [*modules, *inverters]


def _documents(command: StartCorrection, previous: Draft) -> Sequence[events.DocumentAttached]:
    return [
        events.DocumentAttached(
            request_id=command.request_id,
            document_id=document.document_id,
            code=document.code,
            sha256=document.sha256,
            attached_by=command.doer.person_id,
            attached_at=command.now,
        )
        for document in previous.documents.values()
        if document.document_id not in command.faulted
    ]
