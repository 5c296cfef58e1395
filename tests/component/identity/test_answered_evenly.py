"""Which answers wait for the next quarter of a second: the miss that blocks, at each entrance, whoever it is about."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.identity.api import evenly
from services.identity.domain.attempts.rules import POLICY
from shared.testing.people import Person
from tests.component.identity.conftest import Identity

ENTRANCES = {
    "/v1/sessions": ({"password": "errada-errada"}, "cpf_or_cnpj"),
    "/v1/staff/sessions": ({"password": "errada-errada", "totp": "123456"}, "cpf"),
    "/v1/recoveries": ({"email": "outra@exemplo.test", "phone": "92 98111-2233"}, "cpf_or_cnpj"),
}


@pytest.mark.parametrize("path", ENTRANCES)
async def test_the_miss_that_blocks_waits_alike_registered_or_not(path: str, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with identity.browser() as known, identity.browser() as staff:
        await identity.sign_up(known, identity.cast.ana)
        await identity.admin(staff)
    registered = identity.cast.supervisor if "staff" in path else identity.cast.ana
    monkeypatch.setattr(evenly, "asyncio", SimpleNamespace(sleep=sleep))
    body, document = ENTRANCES[path]
    async with identity.browser() as stranger:

        async def waited(person: Person) -> list[int]:
            """How many waits there have been after each miss, and after one that is not looked at any more."""
            noted: list[int] = []
            filled: dict[str, Any] = {**body, document: person.document}
            before = len(waits)
            for _ in range(POLICY.allowed + 1):
                assert not (await stranger.post(path, json=filled)).is_success
                noted.append(len(waits) - before)
            return noted

        assert await waited(registered) == await waited(identity.cast.clara) == [0, 0, 1, 1]
    assert all(0 <= seconds < evenly.STEP_SECONDS for seconds in waits)
