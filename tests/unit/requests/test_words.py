"""Every message and every line of a history has its words, and every word its value."""

from pathlib import Path

from services.requests.domain.budget_request import events as budget
from services.requests.domain.commissioning import events as commissioning
from services.requests.views.notices_by_mail import NoticesByMail
from services.requests.views.timeline import SENTENCES, TimelineView, sentence
from shared.catalogue import read_seeds
from shared.eventsourcing.refusal import kebab
from shared.mail.templates import Templates
from tests.unit.requests import history as h

ROOT = Path(__file__).parents[3] / "services" / "requests"


def test_every_line_of_a_history_has_a_sentence() -> None:
    facts = {kebab(event.__name__) for event in (*budget.PUBLISHED, *budget.PRIVATE, *commissioning.PUBLISHED, *commissioning.PRIVATE)}
    assert set(SENTENCES) <= facts
    assert {kebab(event.__name__) for event in TimelineView.on} == set(SENTENCES)
    assert "—" in sentence("budget-requested", {})


def test_every_message_that_is_sent_has_words() -> None:
    words = Templates(ROOT / "mails", brand_name="", public_url="", channels="")
    assert len(words.facts) == len(NoticesByMail.on)
    assert all(
        words.places(fact) <= {"protocol", "filed_at", "unit", "due_on", "count", "visit_on", "window", "connected_on", "article"}
        for fact in words.facts
    )


def test_every_catalogue_can_be_read() -> None:
    codes = {command.code for command in read_seeds(ROOT / "seeds", h.NOW)}
    assert {"motives", "purposes", "sources", "declarations", "request-documents", "commissioning-documents"} <= codes
    assert {"reasons-triage", "reasons-commissioning", "reasons-inspection", "reasons-withdrawal"} <= codes
