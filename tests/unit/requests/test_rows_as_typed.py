"""Rows of equipment as they are typed: what no form can print and no inverter has is refused at the door."""

import pytest
from pydantic import ValidationError

from services.requests.api.rows import ModuleBody

GOOD = {"power_w": "550", "quantity": 4, "area_m2": "2.1", "maker": "Solar Norte", "model": "SN-550"}


def test_a_row_as_people_type_it_is_taken() -> None:
    assert str(ModuleBody.model_validate(GOOD).power_w) == "550"


@pytest.mark.parametrize(
    ("field", "typed", "kind"),
    [
        ("power_w", "５５０", "number_invalid"),
        ("power_w", "٥٥٠", "number_invalid"),
        ("maker", "Solar\u202eetroN", "text_not_plain"),
        ("maker", "<b>Solar</b>", "text_not_plain"),
        ("model", "SN\n550", "text_not_plain"),
    ],
)
def test_other_digits_markup_and_what_cannot_be_seen_are_refused(field: str, typed: str, kind: str) -> None:
    with pytest.raises(ValidationError) as told:
        ModuleBody.model_validate({**GOOD, field: typed})
    assert [(error["loc"], error["type"]) for error in told.value.errors()] == [((field,), kind)]
