"""How the rules of a profile say no."""

from shared.eventsourcing.refusal import Forbidden, Malformed, NotFound, Refusal, Unavailable


class ProfileUnknown(NotFound):
    """There is no such profile, or it is not the caller's."""

    sentence = "Perfil profissional não encontrado."


class PersonNotVerified(Unavailable):
    """Identity has not told us about this person yet."""

    sentence = "Seu cadastro ainda está sendo confirmado. Tente novamente em instantes."


class OnlyPeopleHaveProfiles(Forbidden):
    """A company has no registration in a council; a person of it has."""

    sentence = "O perfil profissional é de pessoa física. Entre com o CPF do profissional."


class CouncilDoesNotFitProfession(Refusal):
    """The council does not register this profession."""

    sentence = "Este conselho não registra a profissão escolhida. Escolha o conselho da sua profissão."


class ProfessionNotChosen(Refusal):
    """The registration depends on the profession."""

    sentence = "Escolha primeiro a profissão."


class RegistrationNumberInvalid(Malformed):
    """5 to 20 letters, digits, dots, dashes and slashes."""

    sentence = "O número de registro tem de 5 a 20 letras e algarismos. Digite-o como está na carteira do conselho."


class UnknownUf(Malformed):
    """Not one of the 27."""

    sentence = "UF desconhecida. Use a sigla do estado, como AM."


class DocumentNotAsked(Refusal):
    """The checklist of this profession has no such place."""

    sentence = "Este documento não faz parte da lista da sua profissão."


class TooManyOfThisDocument(Refusal):
    """The place is full."""

    sentence = "Este item da lista já tem o número máximo de arquivos. Remova um antes de enviar outro."


class StepIncomplete(Refusal):
    """Steps are missing; all of them are listed."""

    sentence = "O perfil ainda não está completo. Veja o que falta."


class DocumentMissing(Refusal):
    """Only documents are missing; all of them are listed."""

    sentence = "Faltam documentos obrigatórios. Envie-os e tente de novo."


class ProfileUnderReview(Refusal):
    """What is before a reviewer does not change."""

    sentence = "O perfil está em análise. Aguarde a conclusão ou retire o envio."


class NothingUnderReview(Refusal):
    """There is nothing to withdraw."""

    sentence = "Não há envio em análise."


class NothingChangedSinceRejection(Refusal):
    """The same again would be rejected again."""

    sentence = "Nada mudou desde a recusa. Corrija o que foi apontado antes de enviar de novo."


class RegistrationHeldByAnother(Refusal):
    """One person per council registration."""

    sentence = "Este registro profissional já está em uso por outra pessoa. Confira o número ou fale com o atendimento."


class RenewalNotStarted(Refusal):
    """What is approved changes by a renewal."""

    sentence = "O perfil está aprovado. Para mudar os dados, inicie uma renovação; o atual vale até a decisão."


class NothingToRenew(Refusal):
    """Only what was approved is renewed."""

    sentence = "Só se renova um perfil que já foi aprovado."


class ProfileNotApproved(Refusal):
    """Only an approved profile is suspended."""

    sentence = "O perfil não está aprovado."


class ProfileIsSuspended(Refusal):
    """Nothing but an answer while it is suspended."""

    sentence = "O perfil está suspenso. Responda à suspensão e aguarde a decisão."


class ProfileNotSuspended(Refusal):
    """Only a suspended profile is answered for or reinstated."""

    sentence = "O perfil não está suspenso."


class ValidityInThePast(Refusal):
    """What would be over is not approved or reinstated."""

    sentence = "A validade já terminou. É preciso renovar o perfil."


class ProfileIsClosed(Refusal):
    """Nothing but a new start."""

    sentence = "O perfil foi encerrado. Inicie um novo."
