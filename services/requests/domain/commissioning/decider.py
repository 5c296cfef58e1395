"""How a commissioning decides and remembers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from services.requests.domain.clocks import running
from services.requests.domain.commissioning import commands, decide_draft, decide_inspection, events
from services.requests.domain.commissioning.commands import CommissioningCommand
from services.requests.domain.commissioning.events import CommissioningEvent
from services.requests.domain.commissioning.states import (
    AwaitingInspection,
    Case,
    Commissioning,
    Connected,
    Dismissed,
    Draft,
    Failed,
    NotStarted,
    Scheduled,
    UnderReview,
    Withdrawn,
)
from shared.eventsourcing.decider import Decider


def decide(command: CommissioningCommand, state: Commissioning) -> Sequence[CommissioningEvent]:
    """What a command leads to."""
    match command:
        case commands.StartCommissioning():
            return decide_draft.start(command, state)
        case commands.ConfirmAsBuilt():
            return decide_draft.confirm_as_built(command, state)
        case commands.AttachDocument():
            return decide_draft.attach(command, state)
        case commands.RemoveDocument():
            return decide_draft.remove(command, state)
        case commands.NameContractor():
            return decide_draft.name_contractor(command, state)
        case commands.RequestCommissioning():
            return decide_draft.file(command, state)
        case commands.AcceptCommissioning():
            return decide_inspection.accept(command, state)
        case commands.DismissCommissioning():
            return decide_inspection.dismiss(command, state)
        case commands.ScheduleInspection():
            return decide_inspection.schedule(command, state)
        case commands.ConnectGeneration():
            return decide_inspection.connect(command, state)
        case commands.FailInspection():
            return decide_inspection.fail(command, state)
        case commands.WithdrawCommissioning():
            return decide_inspection.withdraw(command, state)
        case commands.LetTimePass():
            return decide_inspection.let_time_pass(command, state)
        case _:
            assert_never(command)


def evolve(state: Commissioning, event: CommissioningEvent) -> Commissioning:
    """What a commissioning is after an event."""
    match event:
        case events.CommissioningStarted():
            return Draft(event)
        case events.AsBuiltConfirmed():
            return replace(decide_draft.draft_of(state), as_built=event)
        case events.CommissioningDocumentAttached():
            draft = decide_draft.draft_of(state)
            return replace(draft, documents={**draft.documents, event.document_id: event})
        case events.CommissioningDocumentRemoved():
            draft = decide_draft.draft_of(state)
            return replace(draft, documents={key: value for key, value in draft.documents.items() if key != event.document_id})
        case events.InstallerNamed():
            return replace(decide_draft.draft_of(state), contractor=event)
        case events.CommissioningRequested():
            return UnderReview(Case(decide_draft.draft_of(state), event, running({}, event.due)))
        case events.CommissioningAccepted():
            return AwaitingInspection(decide_inspection.case_of(state))
        case events.CommissioningDismissed():
            return Dismissed(decide_inspection.case_of(state), event.dismissed_at)
        case events.InspectionScheduled():
            return Scheduled(decide_inspection.case_of(state), event)
        case events.GenerationConnected():
            return Connected(decide_inspection.case_of(state), event.connected_at)
        case events.InspectionFailed():
            return Failed(decide_inspection.case_of(state), event)
        case events.CommissioningWithdrawn():
            return Withdrawn(decide_inspection.case_of(state), event.withdrawn_at)
        case events.DeadlineMissed():
            return _told(state, event)
        case events.VerdictNotApplied():
            return state
        case _:
            assert_never(event)


def _told(state: Commissioning, event: events.DeadlineMissed) -> Commissioning:
    match state:
        case NotStarted() | Draft():
            return state
        case _:
            case = replace(state.case, missed=state.case.missed | {event.clock})
            return replace(state, case=case)


COMMISSIONING: Decider[CommissioningCommand, Commissioning, CommissioningEvent] = Decider(NotStarted(), decide, evolve)
