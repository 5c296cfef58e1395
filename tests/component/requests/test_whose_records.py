"""Whose records those of requests are: of whoever began them and may still act, of the holder; colleagues see them by role."""

from uuid import uuid4

from shared.testing.running import Running
from tests.component.objects import Make, Matrix, Record, client
from tests.component.requests import journey as j

EXCEPTED = {
    "/requests/v1/parked-streams/": "what a reader could not take, nobody's own: any operator's, by role",
    "/v1/catalogues/": "lists that anybody reads",
}
OK = 200
ROWS = {"inverters": j.INVERTER, "modules": j.MODULE}
LOOKING = ("analyst", "attendant", "auditor", "inspector", "reviewer", "supervisor")
ONCE_FILED = (
    "approval", "budget-receipt", "cancellation", "clock-suspension", "contracts", "contracts-return", "corrections", "payment", "receipt",
    "refusal", "withdrawal", "works-conclusion",
)  # fmt: skip
BRINGING = {"upload": ("analyst", "supervisor"), "completion": ("analyst", "supervisor")}


async def test_each_record_is_its_own_peoples_and_to_anybody_else_it_does_not_exist(door: Running) -> None:
    rui, ana = j.walker(door, j.RUI), j.walker(door, j.ANA)
    await door.parts.platform.pool.execute("update reader_progress set caught_up_at = caught_up_at + interval '1 hour'")
    own = [client(door, who.headers) for who in (rui, ana)]

    begun = ""

    async def a_draft() -> str:
        """The one that is open, or another when it was discarded."""
        nonlocal begun
        if not begun or (await rui.get(begun)).status_code != OK:
            begun = await j.started(rui)
        return begun

    async def draft(kind: str = "inverters") -> Record:
        path = await a_draft()
        rows = [row["row_id"] for row in (await rui.get(path)).json()["draft"][kind]]
        row = rows[0] if rows else (await rui.post(f"{path}/{kind}", ROWS[kind])).json()["id"]
        ids = {"request_id": path[-36:], "record_id": path[-36:], "document_id": str(uuid4()), "row_id": row}
        return Record(ids, own[:1], LOOKING)

    async def draft_with_modules() -> Record:
        return await draft("modules")

    request, _ = await j.in_force(rui, ana)
    commissioning = (await j.commissioning_filed(rui, request))[-36:]

    async def filed() -> Record:
        return Record({"request_id": request[-36:], "record_id": request[-36:]}, own, LOOKING)

    async def commissioned() -> Record:
        return Record({"commissioning_id": commissioning, "record_id": commissioning, "document_id": str(uuid4())}, own, LOOKING)

    async def document() -> Record:
        path = await a_draft()
        body = {"owner_id": path[-36:], "code": "UNIFILAR_BLOCOS", "name": "u.pdf", "size": 900, "media_type": "application/pdf"}
        started = await rui.post("/v1/request-documents", body)
        assert started.status_code == 201, started.text
        return Record({"document_id": started.json()["id"]}, own[:1], LOOKING, BRINGING)

    makes: dict[str, Make] = {
        "/v1/budget-requests/": draft,
        "/v1/budget-requests/{request_id}/modules/": draft_with_modules,
        **{f"/v1/budget-requests/{{request_id}}/{deed}": filed for deed in ONCE_FILED},
        "/v1/commissionings/": commissioned,
        "/v1/request-documents/": document,
    }
    matrix = Matrix(door, makes, EXCEPTED, client(door, j.walker(door, j.CLARA).headers))
    assert await matrix.surprises() == []
    assert matrix.tried == 55
