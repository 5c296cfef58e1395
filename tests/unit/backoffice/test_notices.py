"""Every message of the back office has all its words."""

from services.backoffice.app import ROOT
from services.backoffice.views.notices_by_mail import CLOSED
from shared.mail.templates import Templates


def test_every_place_of_every_message_is_given() -> None:
    templates = Templates(ROOT / "mails", brand_name="Agência", public_url="http://exemplo.test")
    assert templates.facts == {CLOSED}
    assert templates.places(CLOSED) == {"officer_id", "protocol"}
