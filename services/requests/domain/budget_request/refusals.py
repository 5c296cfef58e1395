"""How the rules of a request say no."""

from shared.eventsourcing.refusal import Forbidden, NotFound, Refusal


class RequestUnknown(NotFound):
    """No such request, or not yours to see."""

    sentence = "Pedido não encontrado."


class RequestAlreadyFiled(Refusal):
    """What is filed is no longer edited."""

    sentence = "Este pedido já foi protocolado e não pode mais ser alterado. Acompanhe-o pelo protocolo."


class DraftIsDiscarded(Refusal):
    """The draft was thrown away."""

    sentence = "Este rascunho foi descartado. Comece um novo pedido."


class AccessNotLive(Forbidden):
    """Neither the holder nor under a live grant."""

    sentence = "Você não tem acesso vigente a esta unidade consumidora. Peça ao titular em Gerenciar Acesso."


class HolderNotProven(Forbidden):
    """The account is not yet known to be the holder's."""

    sentence = "Sua titularidade ainda não foi comprovada. Confirme o código enviado ao e-mail do cadastro ou procure o atendimento."


class ProfileNotApproved(Forbidden):
    """No approved, valid professional profile."""

    sentence = "O perfil profissional não está aprovado ou venceu. Veja Meu Perfil."


class ProfessionMayNotFile(Forbidden):
    """A broker prepares only the commercial part."""

    sentence = "Esta profissão só prepara a parte comercial do pedido. Os dados técnicos e o envio cabem ao responsável técnico."
    article = "REN 1.000/2021, art. 33, §ú"


class AboveProfessionCeiling(Refusal):
    """More power than the profession may sign for."""

    sentence = "A potência passa do limite de atribuição do responsável técnico. Nomeie outro profissional."


class StepIncomplete(Refusal):
    """A step of the guide has facts missing."""

    sentence = "Há etapas do pedido incompletas."


class DocumentMissing(Refusal):
    """A document of the checklist is not there."""

    sentence = "Falta anexar documento obrigatório."
    article = "REN 1.000/2021, art. 67"


class DocumentNotExpected(Refusal):
    """The checklist of this request does not have that document."""

    sentence = "Este documento não faz parte da lista deste pedido."
    article = "REN 1.000/2021, art. 67, §2º, III"


class DocumentSlotFull(Refusal):
    """The place of this document is taken."""

    sentence = "Este documento já foi anexado. Remova o anterior para substituí-lo."


class AboveAvailablePower(Refusal):
    """More than the power available at the unit."""

    sentence = (
        "A potência instalada passa da potência disponibilizada da unidade. Escolha o motivo com alteração da potência disponibilizada."
    )
    article = "REN 1.000/2021, art. 31"


class AboveLegalLimit(Refusal):
    """More than minigeneration may have."""

    sentence = "A potência instalada passa do limite legal da minigeração."
    article = "REN 1.000/2021, art. 2º, XXIX-B"


class PurposeNeedsBeneficiaries(Refusal):
    """No unit named to share the surplus with."""

    code = "step-incomplete"
    sentence = "Informe as unidades que participam do rateio."
    article = "REN 1.000/2021, art. 655-H"


class BeneficiariesDoNotSumTo100(Refusal):
    """Percentages have to add up."""

    sentence = "Os percentuais das unidades beneficiárias precisam somar 100%."
    article = "REN 1.000/2021, art. 655-H"


class RemainderNotNamed(Refusal):
    """An order needs the unit that takes the rest."""

    sentence = "Informe a unidade que fica com o saldo remanescente."
    article = "REN 1.000/2021, art. 655-H"


class BeneficiaryOfAnotherHolder(Refusal):
    """Remote self-consumption is among units of one holder."""

    sentence = "No autoconsumo remoto, as unidades precisam ser do mesmo CPF ou da mesma raiz de CNPJ."
    article = "REN 1.000/2021, art. 2º, I-A"


class FastTrackNotEligible(Refusal):
    """The fast track is for micro, local, up to 7.5 kW, and its term."""

    sentence = "O fast track só vale para autoconsumo local de até 7,5 kW, com o termo aceito."
    article = "REN 1.000/2021, art. 73-A, III"


class GuaranteeMissing(Refusal):
    """Minigeneration above 500 kW brings its guarantee when filing."""

    sentence = "Falta o comprovante da garantia de fiel cumprimento."
    article = "REN 1.000/2021, art. 655-C"


class SourceDiffersFromPlant(Refusal):
    """An increase keeps the source of the plant."""

    sentence = "A fonte precisa ser a mesma da central já conectada."
    article = "REN 1.000/2021, art. 655-R, §3º"


class DeclarationsMissing(Refusal):
    """Declarations of the form are not accepted."""

    sentence = "Leia e aceite as declarações do formulário."
    article = "REN 1.000/2021, art. 67, §2º, IV"


class RequestAlreadyOpen(Refusal):
    """One open request for each unit."""

    sentence = "Já existe um pedido em andamento para esta unidade consumidora."
    article = "REN 1.000/2021, art. 64, §5º"


class DraftAlreadyOpen(Refusal):
    """One draft for each person and unit."""

    sentence = "Você já tem um rascunho para esta unidade consumidora. Continue por ele."


class UnitIsClosed(Refusal):
    """The unit is no longer supplied."""

    sentence = "Esta unidade consumidora está encerrada."


class RowUnknown(NotFound):
    """No such row."""

    sentence = "Linha não encontrada."


class TooManyRows(Refusal):
    """More rows than any plant has."""

    sentence = "Há linhas demais. Junte equipamentos do mesmo modelo em uma linha."


class ResponsibleNotNamed(Refusal):
    """Nobody to confirm."""

    code = "step-incomplete"
    sentence = "Nomeie o responsável técnico."


class NotTheNamedResponsible(Forbidden):
    """Only who was named confirms."""

    sentence = "Só o responsável técnico nomeado confirma."


class ResponsibilityNotConfirmed(Refusal):
    """Named, not yet accepted."""

    sentence = "O responsável técnico nomeado ainda não confirmou."


class BudgetNotIssued(Refusal):
    """There is no budget to decide on."""

    sentence = "O orçamento ainda não foi emitido."


class OnlyTheHolderDecides(Forbidden):
    """The decision is the holder's, unless the grant says otherwise."""

    sentence = "Só o titular decide sobre o orçamento, a menos que tenha autorizado o profissional a decidir."
    article = "REN 1.000/2021, art. 83"


class BudgetOver(Refusal):
    """The request or its budget has ended."""

    sentence = "Este orçamento não está mais em vigor. Faça um novo pedido."


class BudgetNotApproved(Refusal):
    """Contracts follow the approval."""

    sentence = "O orçamento ainda não foi aprovado."


class ContractsNotDelivered(Refusal):
    """What was not delivered cannot come back."""

    sentence = "Os contratos ainda não foram entregues."


class ContractsMissing(Refusal):
    """At least one contract is delivered, or returned."""

    sentence = "Anexe pelo menos um contrato."


class WorksNotUnderWay(Refusal):
    """No works to conclude."""

    sentence = "Não há obras em andamento neste pedido."


class CommissioningUnderWay(Refusal):
    """An inspection that was asked for in time goes on."""

    sentence = (
        "Há um comissionamento em andamento para este orçamento. Conclua antes a análise ou a vistoria dele,"
        " ou aguarde a desistência de quem o pediu; depois cancele o orçamento."
    )


class AlreadyConnected(Refusal):
    """The plant generates; nothing is left to give up."""

    sentence = "A geração já está conectada."


class NotYoursToWithdraw(Forbidden):
    """The holder always, the filer their own filing while undecided."""

    sentence = "Só o titular pode desistir deste pedido nesta fase."


class NotUnderAnalysis(Refusal):
    """The clock of the budget runs during the analysis."""

    sentence = "O pedido não está em análise."


class ClockNotSuspended(Refusal):
    """There is nothing to resume."""

    sentence = "O prazo não está suspenso."


class PersonalDataInText(Refusal):
    """Published text holds nothing personal."""

    sentence = "Não escreva CPF, CNPJ, e-mail ou telefone neste texto."


class OnlyDismissedIsCorrected(Refusal):
    """A correction follows a dismissal."""

    sentence = "Só um pedido indeferido é corrigido. Comece um novo pedido."
    article = "REN 1.000/2021, art. 71"
