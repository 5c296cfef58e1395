"""A letter as it goes by mail: text and simple HTML that say the same, nothing to fetch, no markup of anybody else's."""

import re
from uuid import uuid4

import pytest

from services.identity.app import ROOT
from services.identity.envelope import compose, people_in, simple
from services.identity.settings import IdentitySettings
from shared.mail.templates import Templates
from tests.unit.identity.test_mails import GIVEN

URL = "https://agencia.exemplo.test"
SETTINGS = IdentitySettings.model_construct(brand_name="Agência & Cia", public_url=URL, channels="0800", mail_from="agencia@exemplo.test")
TEMPLATES = Templates(ROOT / "mails", brand_name="Agência", public_url=URL, channels="0800")
PERSON = uuid4()


def parts_of(fact: str, name: str) -> tuple[str, str]:
    values = {place: f"{URL}/x" if place == "link" else "123456" for place in GIVEN[fact]}
    words = TEMPLATES.fill(fact, {"person_id": str(PERSON), **values})
    row = {"id": uuid4(), "correlation": None, "subject": words.subject, "text": words.text, "html": words.html}
    message = compose(SETTINGS, row, "ana@exemplo.test", dict.fromkeys(people_in(words.subject, words.text), name))
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    return str(plain.get_content()), str(page.get_content())


@pytest.mark.parametrize("fact", sorted(GIVEN))
def test_every_letter_says_the_same_in_text_and_in_html_and_fetches_nothing(fact: str) -> None:
    plain, page = parts_of(fact, "Ana <b>")
    assert not re.search(r"<(?!/?(html|body|p|strong|small|hr|br|a|!doctype)\b)", page, re.IGNORECASE)
    assert "src=" not in page
    assert set(re.findall(r'href="([^"]*)"', page)) <= {URL, f"{URL}/x"}
    assert "{{" not in plain + page
    for word in re.findall(r"\w{4,}", plain.partition("-- \n")[0]):
        assert word in page


def test_only_our_own_address_alone_on_its_line_becomes_a_link() -> None:
    assert simple(URL, URL) == f'<p><a href="{URL}">{URL}</a></p>'
    assert "<a" not in simple(f"veja {URL}", URL)
    assert "<a" not in simple("https://outro.exemplo.test", URL)
    assert "<strong>123456</strong>" in simple("código:\n\n123456", URL)
    assert simple("um\ndois", URL) == "<p>um<br>dois</p>"


def test_an_address_beyond_ascii_and_a_long_subject_go_over_the_wire_in_seven_bits() -> None:
    row = {"id": uuid4(), "correlation": None, "subject": "Ação " * 40, "text": "É isso.", "html": None}
    raw = compose(SETTINGS, row, "ana@exemplo.test", {}).as_bytes()
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
