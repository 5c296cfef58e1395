"""The words of messages: filled, escaped, and complete."""

from pathlib import Path
from uuid import uuid4

import pytest

from shared.mail.templates import MessageUnreadable, PlaceWithoutValue, Templates


def _templates(folder: Path, text: str, page: str | None = None) -> Templates:
    (folder / "fact.txt").write_text(text, encoding="utf-8")
    if page:
        (folder / "fact.html").write_text(page, encoding="utf-8")
    return Templates(folder, brand_name="Agência")


def test_places_are_filled_and_people_stay_places(tmp_path: Path) -> None:
    templates = _templates(tmp_path, "Assunto: {{unit}} na {{brand_name}}\n\nOlá, {{name:holder_id}}.\n", "<b>{{unit}}</b>")
    holder = uuid4()
    message = templates.fill("fact", {"unit": "12 & 3", "holder_id": str(holder)})
    assert message.subject == "12 & 3 na Agência"
    assert message.text == f"Olá, {{{{name:{holder}}}}}.\n"
    assert message.html == "<b>12 &amp; 3</b>"
    assert templates.places("fact") == {"unit", "holder_id"}


def test_a_place_without_a_value_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(PlaceWithoutValue, match="unit"):
        _templates(tmp_path, "Assunto: x\n\n{{unit}}").fill("fact", {})


def test_a_value_cannot_bring_a_place_of_its_own(tmp_path: Path) -> None:
    message = _templates(tmp_path, "Assunto: x\n\n{{unit}}").fill("fact", {"unit": "{{name:00000000-0000-0000-0000-000000000000}}"})
    assert "{{" not in message.text


def test_a_name_place_holds_an_id_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        _templates(tmp_path, "Assunto: x\n\n{{name:holder}}").fill("fact", {"holder": "Ana"})


def test_a_message_begins_with_its_subject(tmp_path: Path) -> None:
    with pytest.raises(MessageUnreadable):
        _templates(tmp_path, "Olá")
