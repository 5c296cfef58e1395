"""How the draft remembers."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from services.requests.domain.budget_request import events
from services.requests.domain.budget_request.states import Draft

type DraftEvent = (
    events.MotiveChosen
    | events.PurposeChosen
    | events.ModuleAdded
    | events.ModuleChanged
    | events.ModuleRemoved
    | events.InverterAdded
    | events.InverterChanged
    | events.InverterRemoved
    | events.SiteAndLoadGiven
    | events.BeneficiariesListed
    | events.OptionsChosen
    | events.DeclarationsAccepted
    | events.FastTrackTermAccepted
    | events.DocumentAttached
    | events.DocumentRemoved
    | events.TechnicalResponsibleNamed
    | events.ResponsibilityConfirmed
    | events.ContractorNamed
)


def evolve_draft(draft: Draft, event: DraftEvent) -> Draft:
    """The draft after one of its steps."""
    match event:
        case events.MotiveChosen():
            return replace(draft, motive=event)
        case events.PurposeChosen():
            return replace(draft, purpose=event)
        case events.ModuleAdded() | events.ModuleChanged():
            return replace(draft, modules={**draft.modules, event.row_id: event.module})
        case events.ModuleRemoved():
            return replace(draft, modules=_without(draft.modules, event.row_id))
        case events.InverterAdded() | events.InverterChanged():
            return replace(draft, inverters={**draft.inverters, event.row_id: event.inverter})
        case events.InverterRemoved():
            return replace(draft, inverters=_without(draft.inverters, event.row_id))
        case events.SiteAndLoadGiven():
            return replace(draft, site=event)
        case events.BeneficiariesListed():
            return replace(draft, beneficiaries=event)
        case events.OptionsChosen():
            return replace(draft, options=event.options)
        case events.DeclarationsAccepted():
            return replace(draft, declarations=event)
        case events.FastTrackTermAccepted():
            return replace(draft, fast_track_term=True)
        case events.DocumentAttached():
            return replace(draft, documents={**draft.documents, event.document_id: event})
        case events.DocumentRemoved():
            return replace(draft, documents=_without(draft.documents, event.document_id))
        case events.TechnicalResponsibleNamed():
            return replace(draft, responsible_id=event.responsible_id, confirmed=False)
        case events.ResponsibilityConfirmed():
            return replace(draft, confirmed=True)
        case events.ContractorNamed():
            return replace(draft, contractor=event)


def _without[T](rows: Mapping[UUID, T], row_id: UUID) -> Mapping[UUID, T]:
    return {key: value for key, value in rows.items() if key != row_id}
