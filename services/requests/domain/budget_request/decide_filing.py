"""Filing: one atomic step in which everything is checked again and all problems are told at once."""

from collections.abc import Sequence
from uuid import UUID

from services.requests.domain import clocks
from services.requests.domain.budget_request import commands, events, refusals
from services.requests.domain.budget_request.checklist import power_of
from services.requests.domain.budget_request.narrowing import case_of, draft_of
from services.requests.domain.budget_request.readiness import Problem, World, problems
from services.requests.domain.budget_request.states import BudgetRequest, Draft, Over
from services.requests.domain.facts import LiveGrant
from shared.contracts.requests.parts import FiledDocument
from shared.eventsourcing.refusal import Refusal


def file(command: commands.RequestBudget, state: BudgetRequest) -> Sequence[events.BudgetRequested]:
    """The draft becomes a request with a protocol, or everything that is wrong with it is told."""
    draft = draft_of(state)
    if found := problems(draft, command.world):
        raise _refusal(found)
    motive, purpose, options, responsible = _complete(draft)
    world, started, power = command.world, draft.started, power_of(draft, command.world.unit)
    grant = world.doer.access if isinstance(world.doer.access, LiveGrant) else None
    return [
        events.BudgetRequested(
            request_id=started.request_id,
            protocol=command.protocol,
            submission=1,
            filed_at=command.now,
            unit_id=world.unit.unit_id,
            unit_number=world.unit.number,
            holder_id=world.unit.holder_id,
            filed_by=world.doer.person_id,
            responsible_id=responsible,
            company_id=draft.contractor.company_id if draft.contractor else None,
            grant_id=grant.grant_id if grant else None,
            grant_version=grant.version if grant else None,
            may_decide=grant is not None and grant.may_decide,
            motive=motive.motive,
            purpose=purpose.purpose,
            source=purpose.source,
            porte=power.porte,
            installed_kw=power.installed_kw,
            power=power,
            voltage_v=world.unit.voltage_v,
            group=world.unit.group,
            municipality=world.unit.municipality,
            options=options,
            rules_version=world.rules.versions,
            documents=_documents(draft),
            due=clocks.at_filing(command.now, power.porte, world.unit.voltage_v, command.calendar),
            parties=_parties(draft, world),
            previous_request=started.previous_request,
        )
    ]


def _documents(draft: Draft) -> tuple[FiledDocument, ...]:
    return tuple(FiledDocument(id=one.document_id, code=one.code, sha256=one.sha256) for one in draft.documents.values())


def _refusal(found: Sequence[Problem]) -> Refusal:
    first = found[0]
    return first.refusal(first.detail, step=first.step, way_out=first.way_out, extra={"problems": [problem.told() for problem in found]})


def _complete(draft: Draft) -> tuple[events.MotiveChosen, events.PurposeChosen, events.Options, UUID]:
    if draft.motive is None or draft.purpose is None or draft.options is None or draft.responsible_id is None:
        raise refusals.StepIncomplete
    return draft.motive, draft.purpose, draft.options, draft.responsible_id


def _parties(draft: Draft, world: World) -> tuple[UUID, ...]:
    people = [world.doer.person_id, world.unit.holder_id]
    if draft.responsible_id is not None:
        people.append(draft.responsible_id)
    if draft.contractor is not None and draft.contractor.company_id is not None:
        people.append(draft.contractor.company_id)
    if draft.beneficiaries is not None:
        people += [one.holder_id for one in draft.beneficiaries.beneficiaries]
    return tuple(dict.fromkeys(people))


def record_form(command: commands.RecordForm, state: BudgetRequest) -> Sequence[events.FormRendered]:
    """A paper is ready; the same again is already so."""
    case = case_of(state)
    if command.code in case.papers:
        return []
    return [
        events.FormRendered(
            request_id=case.filed.request_id,
            document_id=command.document_id,
            code=command.code,
            sha256=command.sha256,
            rendered_at=command.now,
        )
    ]


def contest(command: commands.ContestFiling, state: BudgetRequest) -> Sequence[events.FiledAfterAccessEnded]:
    """Flag a filing whose grant had ended before; ended requests are left alone."""
    if isinstance(state, Over):
        return []
    case = case_of(state)
    if case.contested or case.filed.grant_id != command.grant_id or command.access_ended_at >= case.filed.filed_at:
        return []
    return [
        events.FiledAfterAccessEnded(
            request_id=case.filed.request_id,
            protocol=case.filed.protocol,
            grant_id=command.grant_id,
            access_ended_at=command.access_ended_at,
            filed_at=case.filed.filed_at,
            parties=case.filed.parties,
        )
    ]


def contest_handed_over(command: commands.ContestHandedOver, state: BudgetRequest) -> Sequence[events.FilingContested]:
    """Flag what was filed by or for an account while a stranger had it; ended requests are left alone."""
    if isinstance(state, Over):
        return []
    case = case_of(state)
    if case.contested or command.person_id not in {case.filed.filed_by, case.filed.holder_id} or case.filed.filed_at < command.acted_since:
        return []
    return [
        events.FilingContested(
            request_id=case.filed.request_id,
            protocol=case.filed.protocol,
            person_id=command.person_id,
            acted_since=command.acted_since,
            filed_at=case.filed.filed_at,
            contested_at=command.now,
            parties=case.filed.parties,
        )
    ]
