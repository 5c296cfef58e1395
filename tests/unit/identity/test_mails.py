"""Every letter has its words, and every place in them a value."""

from zoneinfo import ZoneInfo

import pytest

from services.identity.app import ROOT
from services.identity.views.own_notices import OwnNotices
from shared.mail.templates import Templates

TEMPLATES = Templates(ROOT / "mails", brand_name="Agência", public_url="https://agencia.exemplo.test", channels="0800")
GIVEN = {
    "sign-up-code": {"code", "link"},
    "holder-code": {"code"},
    "new-email-code": {"code"},
    "recovery-code": {"code"},
    "sign-up-tried": set(),
    "user-verified": set(),
    "password-changed": {"at"},
    "contact-changed": {"at"},
    "account-handed-over": set(),
    "data-erased": {"at", "link"},
    "contact-was-changed": set(),
    "login-blocked": {"until"},
    "recovery-blocked": {"until"},
    "new-browser": {"at"},
    "session-copied": {"at"},
    "staff-invitation": {"link"},
    "attendance-deed": {"at", "deed", "protocol"},
}


def test_every_letter_is_known() -> None:
    assert set(GIVEN) == TEMPLATES.facts
    assert OwnNotices(TEMPLATES, ZoneInfo("America/Manaus")).on


@pytest.mark.parametrize("fact", sorted(GIVEN))
def test_every_place_has_a_value(fact: str) -> None:
    assert TEMPLATES.places(fact) <= GIVEN[fact] | {"person_id"}
    assert GIVEN[fact] <= TEMPLATES.places(fact)
