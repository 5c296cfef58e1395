"""What a whole history says: how long it is kept, and since when it runs."""

from datetime import date, timedelta

from services.professional.domain.profile.histories import begun_since, kept_until
from tests.unit.professional.profiles import APPROVED, NOW, STARTED, SUBMITTED, terms


def test_what_was_never_approved_is_not_kept() -> None:
    assert kept_until(SUBMITTED) is None


def test_what_was_approved_is_kept_for_ten_years_after_its_end() -> None:
    assert kept_until(APPROVED) == date(2036, 12, 31)
    leap = terms().model_copy(update={"valid_until": date(2028, 2, 29)})
    assert kept_until([*APPROVED, leap]) == date(2038, 3, 1)


def test_a_profile_runs_since_it_was_started_last() -> None:
    again = STARTED.model_copy(update={"started_at": NOW + timedelta(days=2)})
    assert begun_since([STARTED, again], NOW + timedelta(days=1))
    assert not begun_since([STARTED], NOW + timedelta(days=1))
    assert not begun_since([], NOW)
