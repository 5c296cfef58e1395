"""How the miss that blocks is answered: at the next quarter of a second, by a clock that stands still and waits that are noted down."""

from types import SimpleNamespace

import pytest

from services.identity.api import evenly
from services.identity.domain.attempts.rules import Attempts, Charged

LAST, NOT_LAST = Charged(Attempts(), remaining=0), Charged(Attempts(), remaining=1)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    noted: list[float] = []

    async def sleep(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr(evenly, "asyncio", SimpleNamespace(sleep=sleep))
    return noted


@pytest.mark.parametrize(("took", "waited"), [(0.0625, 0.1875), (0.1875, 0.0625), (0.3125, 0.1875), (1.125, 0.125)])
async def test_the_miss_that_blocks_waits_for_the_next_quarter_of_a_second(
    took: float, waited: float, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evenly, "time", SimpleNamespace(monotonic=lambda: 10.0 + took))
    await evenly.answer_evenly(10.0, LAST)
    assert waits == [waited]
    assert (took + waited) % evenly.STEP_SECONDS == 0


async def test_any_other_miss_is_answered_at_once(waits: list[float]) -> None:
    await evenly.answer_evenly(10.0, NOT_LAST)
    assert waits == []
