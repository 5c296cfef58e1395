"""How a request for a connection budget decides: one line per command, the rules by phase; a deadline needs no timer to hold."""

from collections.abc import Sequence
from functools import reduce
from typing import assert_never

from services.requests.domain.budget_request import (
    commands,
    decide_contracts,
    decide_correction,
    decide_decision,
    decide_draft,
    decide_filing,
    decide_judgement,
)
from services.requests.domain.budget_request.commands import BudgetRequestCommand
from services.requests.domain.budget_request.events import BudgetRequestEvent
from services.requests.domain.budget_request.evolve import evolve
from services.requests.domain.budget_request.states import AwaitingApproval, AwaitingContracts, BudgetRequest, NotStarted
from shared.eventsourcing.decider import Decider


def decide(command: BudgetRequestCommand, state: BudgetRequest) -> Sequence[BudgetRequestEvent]:
    """What a command leads to; what a deadline that is over has led to goes before it, whether or not the timer was there."""
    passed = _by_now(command, state)
    return [*passed, *_decide(command, reduce(evolve, passed, state))]


def _by_now(command: BudgetRequestCommand, state: BudgetRequest) -> Sequence[BudgetRequestEvent]:
    """What the silence of the customer has led to before a deed that came too late (arts. 83 and 85)."""
    match command, state:
        case (
            commands.ApproveBudget(calendar=calendar, now=now)
            | commands.DeclineBudget(calendar=calendar, now=now)
            | commands.DeliverContracts(calendar=calendar, now=now),
            AwaitingApproval(),
        ):
            return decide_decision.let_time_pass(commands.LetTimePass("approval", calendar, now), state)
        case commands.ReturnContracts(calendar=calendar, now=now) | commands.RecordPayment(calendar=calendar, now=now), AwaitingContracts():
            return decide_decision.let_time_pass(commands.LetTimePass("contracts-back", calendar, now), state)
        case _:
            return ()


def _decide(command: BudgetRequestCommand, state: BudgetRequest) -> Sequence[BudgetRequestEvent]:
    match command:
        case commands.StartDraft():
            return decide_draft.start(command, state)
        case commands.StartCorrection():
            return decide_correction.correct(command, state)
        case commands.ChooseMotive():
            return decide_draft.choose_motive(command, state)
        case commands.ChoosePurpose():
            return decide_draft.choose_purpose(command, state)
        case commands.AddModule():
            return decide_draft.add_module(command, state)
        case commands.ChangeModule():
            return decide_draft.change_module(command, state)
        case commands.RemoveModule():
            return decide_draft.remove_module(command, state)
        case commands.AddInverter():
            return decide_draft.add_inverter(command, state)
        case commands.ChangeInverter():
            return decide_draft.change_inverter(command, state)
        case commands.RemoveInverter():
            return decide_draft.remove_inverter(command, state)
        case commands.GiveSiteAndLoad():
            return decide_draft.give_site(command, state)
        case commands.ListBeneficiaries():
            return decide_draft.list_beneficiaries(command, state)
        case commands.ChooseOptions():
            return decide_draft.choose_options(command, state)
        case commands.AcceptDeclarations():
            return decide_draft.accept_declarations(command, state)
        case commands.AttachDocument():
            return decide_draft.attach(command, state)
        case commands.RemoveDocument():
            return decide_draft.remove_document(command, state)
        case commands.NameTechnicalResponsible():
            return decide_draft.name_responsible(command, state)
        case commands.ConfirmResponsibility():
            return decide_draft.confirm(command, state)
        case commands.NameContractor():
            return decide_draft.name_contractor(command, state)
        case commands.DiscardDraft():
            return decide_draft.discard(command, state)
        case commands.RequestBudget():
            return decide_filing.file(command, state)
        case commands.RecordForm():
            return decide_filing.record_form(command, state)
        case commands.ContestFiling():
            return decide_filing.contest(command, state)
        case commands.ContestHandedOver():
            return decide_filing.contest_handed_over(command, state)
        case commands.AcceptBudgetRequest():
            return decide_judgement.accept(command, state)
        case commands.DismissBudgetRequest():
            return decide_judgement.dismiss(command, state)
        case commands.IssueBudget():
            return decide_judgement.issue(command, state)
        case commands.SuspendClock():
            return decide_judgement.suspend(command, state)
        case commands.ResumeClock():
            return decide_judgement.resume(command, state)
        case commands.RecordReceipt():
            return decide_decision.receive(command, state)
        case commands.ApproveBudget():
            return decide_decision.approve(command, state)
        case commands.DeclineBudget():
            return decide_decision.decline(command, state)
        case commands.WithdrawBudget():
            return decide_decision.withdraw(command, state)
        case commands.CancelBudget():
            return decide_decision.cancel(command, state)
        case commands.LetTimePass():
            return decide_decision.let_time_pass(command, state)
        case commands.DeliverContracts():
            return decide_contracts.deliver(command, state)
        case commands.ReturnContracts():
            return decide_contracts.take_back(command, state)
        case commands.RecordPayment():
            return decide_contracts.pay(command, state)
        case commands.RecordWorksConclusion():
            return decide_contracts.conclude_works(command, state)
        case commands.RecordConnection():
            return decide_contracts.connect(command, state)
        case _:
            assert_never(command)


BUDGET_REQUEST: Decider[BudgetRequestCommand, BudgetRequest, BudgetRequestEvent] = Decider(NotStarted(), decide, evolve)
