"""Every mail has its words, and every place of them a value."""

from pathlib import Path

from services.professional.app import ROOT
from services.professional.views.notices import Notices
from shared.catalogue import read_seeds
from shared.mail import Templates
from tests.unit.professional.profiles import NOW

PLACES = {
    "profile-submitted": {"person_id", "protocol", "due_on"},
    "profile-approved": {"person_id", "profession", "valid_until"},
    "profile-rejected": {"person_id", "reasons", "standing"},
    "profile-suspended": {"person_id", "reason"},
    "profile-reinstated": {"person_id", "valid_until"},
    "profile-expiring": {"person_id", "days", "valid_until"},
    "profile-expired": {"person_id"},
}


def words(folder: Path = ROOT / "mails") -> Templates:
    """The words of this service."""
    return Templates(folder, brand_name="Agência", public_url="http://portal")


def test_every_fact_has_words_and_their_places_are_known() -> None:
    assert words().facts == set(PLACES)
    assert len(Notices.on) == len(PLACES)
    for fact, places in PLACES.items():
        assert words().places(fact) <= places, fact


def test_the_seeds_are_catalogues() -> None:
    seeds = {command.code: command.entries for command in read_seeds(ROOT / "seeds", NOW)}
    assert set(seeds) == {"professions", "profile-documents", "profile-reasons", "profile-suspension-reasons"}
    assert all({"councils", "may_file", "needs_attribution"} <= set(entry) for entry in seeds["professions"])
