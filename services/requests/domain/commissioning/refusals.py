"""How the rules of a commissioning say no."""

from shared.eventsourcing.refusal import Forbidden, NotFound, Refusal


class CommissioningUnknown(NotFound):
    """No such commissioning, or not yours to see."""

    sentence = "Comissionamento não encontrado."


class CommissioningAlreadyFiled(Refusal):
    """What is filed is no longer edited."""

    sentence = "Este comissionamento já foi protocolado. Acompanhe-o pelo protocolo."


class CommissioningAlreadyOpen(Refusal):
    """One open commissioning for each request."""

    sentence = "Já existe um comissionamento em andamento para este orçamento."


class BudgetNotInForce(Refusal):
    """There is nothing approved to connect."""

    sentence = "Não há orçamento em vigor para esta unidade. Faça um novo pedido de orçamento de conexão."
    article = "REN 1.000/2021, art. 83"


class MorePowerThanApproved(Refusal):
    """More power than the budget allows is a new request."""

    sentence = "A potência instalada passa da aprovada no orçamento. Faça um novo pedido de orçamento de conexão."
    article = "REN 1.000/2021, art. 83, §5º"


class AsBuiltNotConfirmed(Refusal):
    """The equipment as built was not confirmed."""

    code = "step-incomplete"
    sentence = "Confirme os equipamentos instalados."


class ContractorNotNamed(Refusal):
    """Alone or for a company was not said."""

    code = "step-incomplete"
    sentence = "Informe se é autônomo ou empresa contratada."


class NotAwaitingInspection(Refusal):
    """There is no visit to schedule in this phase."""

    code = "not-scheduled"
    sentence = "Este comissionamento não está aguardando vistoria."


class VisitInThePast(Refusal):
    """A visit is scheduled ahead."""

    sentence = "A data da vistoria precisa ser hoje ou depois."


class CommissioningOver(Refusal):
    """It has ended."""

    sentence = "Este comissionamento já terminou."


class NotYoursToWithdraw(Forbidden):
    """The holder, whom the grant lets decide, or who filed it."""

    sentence = "Só o titular, quem ele autorizou a decidir ou quem protocolou pode desistir do comissionamento."
