"""Whose records the back office's are: a review is seen by whose queue it is in, a file by whoever may make one; no person has any."""

from tests.component.backoffice.house import AUDITOR, RUI, house, submitted
from tests.component.objects import Matrix, Record, client
from tests.conftest import Database

EXCEPTED = {
    "/backoffice/v1/parked-streams/": "what a reader could not take, nobody's own: any operator's, by role",
    "/v1/dashboards/": "figures by their name, nobody's own: by role",
    "/v1/queues/": "queues by their name, nobody's own: by role and kind of review",
    "/v1/live/": "streams of what the routes above show",
}
LOOKING = ("auditor", "reviewer", "supervisor")
JUDGING = ("reviewer", "supervisor")
DEEDS = ("claims", "claim-renewals", "releases", "verdict", "conclusion", "confirmation", "return")


async def test_each_review_is_its_queues_and_to_anybody_else_it_does_not_exist(database: Database) -> None:
    async with house(database) as its:
        await its.it.parts.platform.pool.execute("update reader_progress set caught_up_at = caught_up_at + interval '1 hour'")
        await its.tell(f"profile-{RUI}", submitted(RUI, "20262000000017"))
        review = str(await its.it.parts.platform.pool.fetchval("select review_id from reviews"))
        shown = (await its.get(f"/v1/reviews/{review}", its.staff(AUDITOR, "auditor"))).json()
        made = await its.post("/v1/exports", its.staff(AUDITOR, "auditor"), {"kind": "reviews", "month": "2026-10"})
        assert made.status_code == 201, made.text

        async def a_review() -> Record:
            ids = {"review_id": review, "document_id": shown["documents"][0]["id"]}
            return Record(ids, [], LOOKING, dict.fromkeys(DEEDS, JUDGING))

        async def an_export() -> Record:
            return Record({"export_id": made.json()["id"]}, [], ("auditor", "supervisor"))

        another = client(its.it, its.it.issuer.person(RUI))
        matrix = Matrix(its.it, {"/v1/reviews/": a_review, "/v1/exports/": an_export}, EXCEPTED, another)
        assert await matrix.surprises() == []
        assert matrix.tried == 10
