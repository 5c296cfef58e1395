"""How grants say no."""

from shared.eventsourcing.refusal import Forbidden, NotFound, Refusal


class UnknownGrant(NotFound):
    """No such grant, or not yours to see."""

    sentence = "Acesso não encontrado."


class NotTheHolder(Forbidden):
    """Only the unit's holder may do this."""

    sentence = "Só o titular da unidade consumidora pode fazer isto."


class NotTheInvited(Forbidden):
    """Only the professional may do this."""

    sentence = "Só o profissional convidado pode fazer isto."


class HolderNotProven(Refusal):
    """An account is not a holder: who acts as one must be proven."""

    sentence = "Ainda não confirmamos que você é o titular. Use o e-mail do seu cadastro na distribuidora ou procure o atendimento."


class ProfessionalNotApproved(Refusal):
    """Access goes only to someone whose profile is approved."""

    sentence = "Este profissional não tem perfil aprovado. Confira o CPF ou peça que ele conclua o perfil."


class EndNotInTheFuture(Refusal):
    """The last day must lie ahead, and an extension after the present one."""

    sentence = "O fim do contrato deve ser uma data futura."


class EndTooFar(Refusal):
    """A grant does not last for ever."""

    sentence = "O fim do contrato está longe demais. Escolha uma data mais próxima; você poderá prorrogar depois."


class OfferAlreadyOpen(Refusal):
    """One open offer or ask per professional and unit."""

    sentence = "Já há um convite ou pedido em aberto entre vocês para esta unidade. Aguarde a resposta ou cancele-o."


class AccessAlreadyLive(Refusal):
    """One live grant per professional and unit."""

    sentence = "Este profissional já tem acesso a esta unidade. Para mudar a data, proponha uma prorrogação."


class GrantToOneself(Refusal):
    """The holder needs no grant."""

    sentence = "Você não precisa conceder acesso a si mesmo."


class OfferOver(Refusal):
    """The offer or ask is no longer open."""

    sentence = "Este convite não está mais em aberto."


class AccessNotLive(Refusal):
    """There is no access that could be changed or ended."""

    sentence = "Este acesso não está ativo."


class NothingProposed(Refusal):
    """No extension waits for an answer."""

    sentence = "Não há prorrogação em aberto."


class AnotherExtensionOpen(Refusal):
    """The other side has proposed an extension: answer it first."""

    sentence = "O outro lado já propôs uma prorrogação. Responda a ela primeiro."


class NotSuspended(Refusal):
    """Nothing to reinstate."""

    sentence = "Este acesso não está suspenso."


class TooManyAsks(Refusal):
    """A professional asks only so many times a day."""

    sentence = "Você chegou ao limite de pedidos de acesso de hoje. Tente de novo amanhã."
