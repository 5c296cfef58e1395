"""What a password must be: long enough, not common, not one's own data; no composition rule."""

import re
import unicodedata
from collections.abc import Iterable

from shared.eventsourcing.refusal import Refusal

SHORTEST = 10
LONGEST = 128
_OWN_PART = 5
_DIFFERENT = 4
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_WORDS = """
senha12345 senha123456 senha1234567 senha12345678 minhasenha minhasenha1 minhasenha123 mudar12345 mudarsenha
password12 password123 password1234 passw0rd123 passwordpassword administrador administrador1 brasil12345 brasil2026 brasil2025
energia123 energia1234 energia2026 iloveyou123 iloveyou12 euteamo123 euteamo1234 teamo12345 flamengo123 corinthians
corinthians1 palmeiras1 palmeiras123 saopaulo123 vascodagama deusefiel1 deusefiel123 jesuscristo jesuscristo1 amazonas123
manaus12345 manaus2026 football123 princesa123 sunshine123 superman123 welcome123 welcome1234 letmein1234 trustno1trustno1
qwerty12345 qwerty123456 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc zaq12wsxcde abc1234567 abcd123456 a123456789 aa12345678
"""
_COMMON = frozenset(_WORDS.split())


class PasswordTooWeak(Refusal):
    """Too short, too long, common, or made of one's own data."""

    sentence = "Escolha uma senha com pelo menos 10 caracteres, que não seja comum nem feita dos seus dados."


def must_be_strong(password: str, own: Iterable[str]) -> None:
    """Refuse a weak password; `own` are the person's name, e-mail, phone, document. Raises PasswordTooWeak."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordTooWeak
    plain = _plain(password)
    if plain in _COMMON or len(set(plain)) < _DIFFERENT or any(plain in run for run in _RUNS):
        raise PasswordTooWeak
    rest = plain
    for part in sorted({part for text in own for part in _parts(text)}, key=len, reverse=True):
        rest = rest.replace(part, "")
    if len(rest) < _DIFFERENT:
        raise PasswordTooWeak("Sua senha é feita dos seus dados (nome, documento, e-mail ou telefone). Escolha outra.")


def _parts(text: str) -> list[str]:
    whole = re.sub(r"[\s.\-/+()]", "", _plain(text))
    return [part for part in [whole, *re.split(r"[^a-z0-9]+", _plain(text))] if len(part) >= _OWN_PART]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
