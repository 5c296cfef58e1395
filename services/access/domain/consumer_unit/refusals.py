"""How consumer units say no."""

from shared.eventsourcing.refusal import Malformed, NotFound, Refusal


class UnitNumberReused(Refusal):
    """A number that belongs, or once belonged, to another unit."""

    sentence = "Este número já pertence a outra unidade consumidora."


class UnknownUnit(NotFound):
    """No such unit, or not yours to see."""

    sentence = "Unidade consumidora não encontrada. Confira o número na sua fatura de energia."


class StaleCisRecord(Refusal):
    """An equal or newer record of the same number was already taken."""

    sentence = "Já foi recebido um registro igual ou mais novo desta unidade."


class UnitIsClosed(Refusal):
    """A closed unit does not come back under the same number."""

    sentence = "Esta unidade consumidora foi encerrada."


class RegisterRecordInvalid(Malformed):
    """A record of the register that can never be taken."""

    sentence = "Registro inválido."
