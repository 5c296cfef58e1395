"""Whose records professional's are: profiles and the documents brought for them."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from services.professional.app import service
from shared.testing.happened import happened
from shared.testing.running import Running
from tests.component.objects import Matrix, Record, client
from tests.component.professional.conftest import verified
from tests.component.professional.journey import ANA, Professional

EXCEPTED = {
    "/professional/v1/parked-streams/": "what a reader could not take, nobody's own: any operator's, by role",
    "/v1/profiles/catalogues/": "lists that anybody reads",
}
LOOKING = ("attendant", "auditor", "reviewer", "supervisor")


@pytest.fixture
def somebody(door: Running) -> Callable[[], Awaitable[Professional]]:
    """Somebody new with a profile begun."""

    async def begun() -> Professional:
        person = uuid4()
        await happened(door, service(), verified(person, "cpf"))
        professional = Professional(door, person)
        assert (await professional.start()).status_code == 201
        return professional

    return begun


async def test_each_record_is_its_own_peoples_and_to_anybody_else_it_does_not_exist(
    door: Running, somebody: Callable[[], Awaitable[Professional]]
) -> None:
    async def profile() -> Record:
        who = await somebody()
        ids = {"profile_id": str(who.pid), "code": "carteira-conselho", "document_id": str(uuid4())}
        return Record(ids, [client(door, who.token)], LOOKING)

    async def document() -> Record:
        who = await somebody()
        body = {"owner_id": str(who.pid), "code": "carteira-conselho", "name": "c.pdf", "size": 900, "media_type": "application/pdf"}
        started = await door.client.post("/v1/profile-documents", json=body, headers=who.token | {"Idempotency-Key": str(uuid4())})
        assert started.status_code == 201, started.text
        return Record(
            {"document_id": str(UUID(started.json()["id"]))}, [client(door, who.token)], LOOKING, {"upload": (), "completion": ()}
        )

    another = Professional(door, ANA)
    assert (await another.start()).status_code == 201
    makes = {"/v1/profiles/": profile, "/v1/profile-documents/": document}
    matrix = Matrix(door, makes, EXCEPTED, client(door, another.token))
    assert await matrix.surprises() == []
    assert matrix.tried == 20
