"""New passwords against the agency's own words and against what breaches have made known."""

import pytest

from services.identity.domain.password.rules import PasswordTooWeak
from services.identity.settings import IdentitySettings
from services.identity.strength import CONTEXT, must_be_strong

SETTINGS = IdentitySettings.model_construct(brand_name="Luz do Norte")


@pytest.mark.parametrize("leaked", ["deusefiel1", "DeusEFiel1", "corinthians", "password12", "marcelo123"])
def test_what_breaches_have_made_known_is_refused(leaked: str) -> None:
    with pytest.raises(PasswordTooWeak):
        must_be_strong(SETTINGS, leaked, [])


@pytest.mark.parametrize("word", [*CONTEXT, "Luz do Norte", "Agência Virtual", "Geração Distribuída"])
def test_the_agencys_own_words_with_a_number_behind_are_refused(word: str) -> None:
    with pytest.raises(PasswordTooWeak):
        must_be_strong(SETTINGS, f"{word.replace(' ', '')}202", [])


def test_what_is_missing_of_ones_own_data_is_no_word() -> None:
    must_be_strong(SETTINGS, "girassol-amarelo-no-muro", [None, ""])
