"""Whose records access's are: units are their holder's, grants are of the two sides."""

from itertools import count

from shared.testing.running import Running
from tests.component.access.story import ANA, BRUNO, RUI, TIAGO, Story, record
from tests.component.objects import Matrix, Record, client

EXCEPTED = {
    "/access/v1/imports/": "a file of the register, nobody's own: any operator's, by role",
    "/access/v1/parked-streams/": "what a reader could not take, nobody's own: any operator's, by role",
}


async def test_each_record_is_its_own_peoples_and_to_anybody_else_it_does_not_exist(story: Story, it: Running) -> None:
    places = count(10)

    async def unit() -> Record:
        return Record({"unit_id": str(await story.unit_id(1))}, [client(it, story.token(ANA))])

    async def grant() -> Record:
        place = next(places)
        await story.register(record(place, ANA))
        offered = await story.offer(place)
        assert offered.status_code == 201, offered.text
        return Record({"grant_id": offered.headers["location"][-36:]}, [client(it, story.token(one)) for one in (ANA, RUI)])

    await it.parts.platform.pool.execute("update reader_progress set caught_up_at = caught_up_at + interval '1 hour'")
    await story.proven(BRUNO)
    assert (await story.offer(3, TIAGO, BRUNO)).status_code == 201
    makes = {"/v1/consumer-units/": unit, "/v1/grants/": grant}
    for another in (BRUNO, TIAGO):
        matrix = Matrix(it, makes, EXCEPTED, client(it, story.token(another)))
        assert await matrix.surprises() == []
        assert matrix.tried == 13
