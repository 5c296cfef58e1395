"""How the rules of a review say no."""

from shared.eventsourcing.refusal import Forbidden, Malformed, NotFound, Refusal


class ReviewUnknown(NotFound):
    """There is no such review."""

    sentence = "Análise não encontrada."


class RoleMissing(Forbidden):
    """The queue asks for a role that the officer does not have."""

    sentence = "Seu papel não permite trabalhar nesta fila. Fale com o supervisor."


class OnlySupervisorDecides(Forbidden):
    """The review was left to a supervisor."""

    sentence = "Este pedido foi encaminhado ao supervisor: o acesso em que se baseou já havia terminado."


class ReviewerIsParty(Forbidden):
    """Nobody reviews where they are filer, holder, responsible, beneficiary or named company."""

    sentence = "Você é parte neste pedido e não pode analisá-lo. Deixe-o na fila para outra pessoa."


class ClaimedByAnother(Refusal):
    """Somebody else holds the review."""

    sentence = "Esta análise está com outra pessoa. Pegue a próxima da fila."


class NotYourClaim(Refusal):
    """Acting needs a claim of one's own."""

    sentence = "Esta análise não está com você. Pegue-a na fila antes de agir."


class OutOfOrderNeedsReason(Refusal):
    """Older reviews wait: taking this one needs a reason."""

    sentence = "Há pedidos mais antigos na fila. Informe por que este deve ser analisado antes."
    article = "REN 1.000/2021, art. 72, IV"


class DocumentNotInReview(NotFound):
    """The document is not part of what is reviewed."""

    sentence = "Este documento não faz parte do que está em análise."


class DocumentsNotAllJudged(Refusal):
    """A document has no verdict yet."""

    sentence = "Falta o parecer de um ou mais documentos. Avalie todos antes de concluir."


class ReasonsMissing(Refusal):
    """A denial says why."""

    sentence = "Informe ao menos um motivo do catálogo."


class ReasonNotInCatalogue(Refusal):
    """A reason that the closed list does not have."""

    sentence = "Motivo fora do catálogo em vigor. Escolha um da lista."


class RefusedDocumentsRemain(Refusal):
    """What is approved has no refused document."""

    sentence = "Há documento recusado. Aprove somente quando todos estiverem aceitos, ou conclua pela recusa."


class ContentMissing(Refusal):
    """The conclusion needs its content: validity, budget or report."""

    sentence = "Preencha o conteúdo da conclusão antes de concluir."


class ContentDoesNotFit(Refusal):
    """The content belongs to another kind of review."""

    sentence = "O conteúdo informado não é o deste tipo de análise."


class AnalysisEndsInBudget(Refusal):
    """What passed triage gets its budget; non-conformities were the matter of triage."""

    sentence = "A análise termina com a emissão do orçamento. Não conformidades são apontadas na triagem."
    article = "REN 1.000/2021, arts. 69 e 71"


class AlreadyConcluded(Refusal):
    """A review is concluded once."""

    sentence = "Esta análise já foi concluída."


class NothingToConfirm(Refusal):
    """No proposed conclusion waits for a second person."""

    sentence = "Não há conclusão aguardando confirmação."


class SecondPersonIsFirst(Forbidden):
    """Nobody confirms their own denial."""

    sentence = "Quem propôs a conclusão não pode confirmá-la. Outra pessoa deve confirmar."


class SubjectMovedOn(Refusal):
    """What was to be judged was withdrawn or replaced."""

    sentence = "O pedido foi retirado ou substituído; não há mais o que analisar."


class PersonalDataInText(Malformed):
    """Free text that travels holds no CPF, CNPJ, e-mail or phone."""

    sentence = "Retire CPF, CNPJ, e-mail e telefone do texto; ele é lido por outros sistemas."


class NothingWaits(NotFound):
    """The queue holds nothing that this officer may take."""

    sentence = "Não há nada aguardando nesta fila."
