"""Why a file was refused, in words, and what to do about it."""

from shared.documents.events import Reason
from shared.http.body import Answer


class RefusalAnswer(Answer):
    """A refusal and its remedy."""

    code: str
    sentence: str
    fix: str


_WORDS: dict[Reason, tuple[str, str]] = {
    "too-big": ("O arquivo é maior do que o permitido.", "Reduza a resolução ou divida o arquivo."),
    "empty": ("O arquivo está vazio.", "Abra o arquivo no seu aparelho, confira e envie de novo."),
    "wrong-type": ("O arquivo não é do tipo informado.", "Envie um PDF, JPEG ou PNG."),
    "encrypted": ("O arquivo está protegido por senha.", "Salve uma cópia sem senha e envie de novo."),
    "unreadable": ("O arquivo não pôde ser aberto.", "Gere o arquivo novamente ou digitalize o documento outra vez."),
    "too-many-pixels": ("A imagem é grande demais.", "Reduza a resolução para até 60 megapixels."),
    "infected": ("O antivírus recusou o arquivo.", "Envie outro arquivo, de um aparelho sem vírus."),
    "checksum-differs": ("O arquivo chegou diferente do que foi enviado.", "Envie de novo."),
}


def refusal_of(reason: str | None) -> RefusalAnswer | None:
    """The words for a reason."""
    for code, (sentence, fix) in _WORDS.items():
        if code == reason:
            return RefusalAnswer(code=code, sentence=sentence, fix=fix)
    return None
