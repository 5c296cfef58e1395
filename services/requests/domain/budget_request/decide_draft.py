"""The draft: the guide's steps, each taken with complete facts, in any order, until it is filed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.requests.domain.budget_request import commands, events, refusals
from services.requests.domain.budget_request.checklist import checklist
from services.requests.domain.budget_request.narrowing import draft_of, edited_by, may_act
from services.requests.domain.budget_request.states import BudgetRequest, Draft, NotStarted
from services.requests.domain.facts import LiveGrant

MOST_ROWS = 40


def start(command: commands.StartDraft, state: BudgetRequest) -> Sequence[events.DraftStarted]:
    """Begin, under a live grant or as proven holder."""
    if not isinstance(state, NotStarted):
        return []
    may_act(command.doer)
    if not command.unit.active:
        raise refusals.UnitIsClosed
    access = command.doer.access
    return [
        events.DraftStarted(
            request_id=command.request_id,
            unit_id=command.unit.unit_id,
            unit_number=command.unit.number,
            holder_id=command.unit.holder_id,
            started_by=command.doer.person_id,
            grant_id=access.grant_id if isinstance(access, LiveGrant) else None,
            previous_request=command.previous_request,
            started_at=command.now,
        )
    ]


def choose_motive(command: commands.ChooseMotive, state: BudgetRequest) -> Sequence[events.MotiveChosen]:
    """The motive; the same again is already so."""
    draft = edited_by(command.doer, state)
    chosen = draft.motive
    same = (command.motive, command.wanted_kw, command.wanted_phases)
    if chosen is not None and (chosen.motive, chosen.wanted_kw, chosen.wanted_phases) == same:
        return []
    return [
        events.MotiveChosen(
            request_id=draft.started.request_id,
            motive=command.motive,
            wanted_kw=command.wanted_kw,
            wanted_phases=command.wanted_phases,
            chosen_by=command.doer.person_id,
            chosen_at=command.now,
        )
    ]


def choose_purpose(command: commands.ChoosePurpose, state: BudgetRequest) -> Sequence[events.PurposeChosen]:
    """The purpose; the same again is already so."""
    draft = edited_by(command.doer, state)
    chosen = draft.purpose
    same = (command.purpose, command.sharing, command.source)
    if chosen is not None and (chosen.purpose, chosen.sharing, chosen.source) == same:
        return []
    return [
        events.PurposeChosen(
            request_id=draft.started.request_id,
            purpose=command.purpose,
            sharing=command.sharing,
            source=command.source,
            chosen_by=command.doer.person_id,
            chosen_at=command.now,
        )
    ]


def add_module(command: commands.AddModule, state: BudgetRequest) -> Sequence[events.ModuleAdded]:
    """One more row."""
    draft = edited_by(command.doer, state, technical=True)
    _room(draft.modules)
    return [events.ModuleAdded(request_id=draft.started.request_id, row_id=command.row_id, module=command.module)]


def change_module(command: commands.ChangeModule, state: BudgetRequest) -> Sequence[events.ModuleChanged]:
    """The row as it is now."""
    draft = edited_by(command.doer, state, technical=True)
    if _row(draft.modules, command.row_id) == command.module:
        return []
    return [events.ModuleChanged(request_id=draft.started.request_id, row_id=command.row_id, module=command.module)]


def remove_module(command: commands.RemoveModule, state: BudgetRequest) -> Sequence[events.ModuleRemoved]:
    """The row is gone; gone already is already so."""
    draft = edited_by(command.doer, state, technical=True)
    if command.row_id not in draft.modules:
        return []
    return [events.ModuleRemoved(request_id=draft.started.request_id, row_id=command.row_id)]


def add_inverter(command: commands.AddInverter, state: BudgetRequest) -> Sequence[events.InverterAdded]:
    """One more row."""
    draft = edited_by(command.doer, state, technical=True)
    _room(draft.inverters)
    return [events.InverterAdded(request_id=draft.started.request_id, row_id=command.row_id, inverter=command.inverter)]


def change_inverter(command: commands.ChangeInverter, state: BudgetRequest) -> Sequence[events.InverterChanged]:
    """The row as it is now."""
    draft = edited_by(command.doer, state, technical=True)
    if _row(draft.inverters, command.row_id) == command.inverter:
        return []
    return [events.InverterChanged(request_id=draft.started.request_id, row_id=command.row_id, inverter=command.inverter)]


def remove_inverter(command: commands.RemoveInverter, state: BudgetRequest) -> Sequence[events.InverterRemoved]:
    """The row is gone; gone already is already so."""
    draft = edited_by(command.doer, state, technical=True)
    if command.row_id not in draft.inverters:
        return []
    return [events.InverterRemoved(request_id=draft.started.request_id, row_id=command.row_id)]


def give_site(command: commands.GiveSiteAndLoad, state: BudgetRequest) -> Sequence[events.SiteAndLoadGiven]:
    """Site and load, as they are now."""
    draft = edited_by(command.doer, state)
    return [
        events.SiteAndLoadGiven(
            request_id=draft.started.request_id,
            address=command.address,
            coordinates=command.coordinates,
            load_kw=command.load_kw,
            breaker_a=command.breaker_a,
            service_line=command.service_line,
            protected_area=command.protected_area,
            condominium=command.condominium,
            rural=command.rural,
            given_at=command.now,
        )
    ]


def list_beneficiaries(command: commands.ListBeneficiaries, state: BudgetRequest) -> Sequence[events.BeneficiariesListed]:
    """The list, as it is now; whether it adds up is told by readiness."""
    draft = edited_by(command.doer, state)
    return [
        events.BeneficiariesListed(
            request_id=draft.started.request_id, rule=command.rule, beneficiaries=command.beneficiaries, listed_at=command.now
        )
    ]


def choose_options(command: commands.ChooseOptions, state: BudgetRequest) -> Sequence[events.OptionsChosen]:
    """The options; the same again is already so."""
    draft = edited_by(command.doer, state)
    if draft.options == command.options:
        return []
    return [events.OptionsChosen(request_id=draft.started.request_id, options=command.options, chosen_at=command.now)]


def accept_declarations(
    command: commands.AcceptDeclarations, state: BudgetRequest
) -> Sequence[events.DeclarationsAccepted | events.FastTrackTermAccepted]:
    """The declarations, and the fast track's term where it is chosen."""
    draft = edited_by(command.doer, state)
    request_id = draft.started.request_id
    decided: list[events.DeclarationsAccepted | events.FastTrackTermAccepted] = [
        events.DeclarationsAccepted(
            request_id=request_id,
            codes=command.codes,
            version=command.version,
            accepted_by=command.doer.person_id,
            accepted_at=command.now,
        )
    ]
    if command.fast_track_term and not draft.fast_track_term:
        term = events.FastTrackTermAccepted(request_id=request_id, accepted_by=command.doer.person_id, accepted_at=command.now)
        decided.append(term)
    return decided


def attach(command: commands.AttachDocument, state: BudgetRequest) -> Sequence[events.DocumentAttached]:
    """A document takes its place; the list is closed (art. 67, §2, III)."""
    draft = edited_by(command.doer, state)
    found = command.attachment
    if found.id in draft.documents:
        return []
    slot = next((one for one in checklist(draft, command.unit, command.rules.documents) if one.code == found.code), None)
    if slot is None or slot.generated:
        raise refusals.DocumentNotExpected
    if sum(document.code == found.code for document in draft.documents.values()) >= slot.most:
        raise refusals.DocumentSlotFull
    return [
        events.DocumentAttached(
            request_id=draft.started.request_id,
            document_id=found.id,
            code=found.code,
            sha256=found.sha256,
            attached_by=command.doer.person_id,
            attached_at=command.now,
        )
    ]


def remove_document(command: commands.RemoveDocument, state: BudgetRequest) -> Sequence[events.DocumentRemoved]:
    """A document less; gone already is already so."""
    draft = edited_by(command.doer, state)
    if command.document_id not in draft.documents:
        return []
    return [events.DocumentRemoved(request_id=draft.started.request_id, document_id=command.document_id)]


def name_responsible(
    command: commands.NameTechnicalResponsible, state: BudgetRequest
) -> Sequence[events.TechnicalResponsibleNamed | events.ResponsibilityConfirmed]:
    """Name somebody; naming oneself confirms at once."""
    draft = edited_by(command.doer, state)
    if draft.responsible_id == command.responsible_id:
        return []
    named = events.TechnicalResponsibleNamed(
        request_id=draft.started.request_id,
        responsible_id=command.responsible_id,
        named_by=command.doer.person_id,
        named_at=command.now,
    )
    if command.responsible_id != command.doer.person_id:
        return [named]
    return [named, _confirmed(draft, command.responsible_id, command)]


def confirm(command: commands.ConfirmResponsibility, state: BudgetRequest) -> Sequence[events.ResponsibilityConfirmed]:
    """The named professional accepts."""
    draft = draft_of(state)
    if draft.responsible_id is None:
        raise refusals.ResponsibleNotNamed
    if draft.responsible_id != command.person_id:
        raise refusals.NotTheNamedResponsible
    return [] if draft.confirmed else [_confirmed(draft, command.person_id, command)]


def name_contractor(command: commands.NameContractor, state: BudgetRequest) -> Sequence[events.ContractorNamed]:
    """Alone, or for a company."""
    draft = edited_by(command.doer, state)
    return [
        events.ContractorNamed(
            request_id=draft.started.request_id,
            kind=command.kind,
            company_id=command.company_id,
            company_name=command.company_name,
            named_at=command.now,
        )
    ]


def discard(command: commands.DiscardDraft, state: BudgetRequest) -> Sequence[events.DraftDiscarded]:
    """Throw the draft away: its author or the holder."""
    draft = draft_of(state)
    if command.doer.person_id not in {draft.started.started_by, draft.started.holder_id}:
        raise refusals.AccessNotLive
    return [events.DraftDiscarded(request_id=draft.started.request_id, discarded_by=command.doer.person_id, discarded_at=command.now)]


def _confirmed(
    draft: Draft, person: UUID, command: commands.NameTechnicalResponsible | commands.ConfirmResponsibility
) -> events.ResponsibilityConfirmed:
    return events.ResponsibilityConfirmed(request_id=draft.started.request_id, responsible_id=person, confirmed_at=command.now)


def _row[T](rows: Mapping[UUID, T], row_id: UUID) -> T:
    if row_id not in rows:
        raise refusals.RowUnknown
    return rows[row_id]


def _room(rows: Mapping[UUID, object]) -> None:
    if len(rows) >= MOST_ROWS:
        raise refusals.TooManyRows
