"""The views of professional are what their events make of them."""

from services.professional.parts import ProfessionalParts
from shared.eventsourcing.verify import Report, check_keys, check_views
from shared.testing.running import Running
from tests.component.professional.journey import ANA, RUI, Professional, concluded, verdict


async def test_every_view_equals_its_rebuild(door: Running, parts: ProfessionalParts, clamd: str) -> None:
    rui, ana = Professional(door), Professional(door, ANA)
    await rui.complete(parts, clamd)
    await ana.complete(parts, clamd, "55555/AM")
    await rui.submit()
    await ana.submit()
    await concluded(door, verdict(RUI, 1, "approved"))
    await concluded(door, verdict(ANA, 1, "rejected"))
    report = Report("professional")
    async with parts.platform.pool.acquire() as db:
        await check_views(db, report, parts.store, parts.store.views)
        await check_keys(db, report, parts.platform.keys)
    assert report.findings == []
    compared = {difference.table for difference in report.views}
    assert {"profiles", "registrations", "documents", "catalogues"} <= compared
