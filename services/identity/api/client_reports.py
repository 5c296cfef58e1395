"""What a browser noticed: a rule of content broken, a page that crashed, how fast it was. Closed words only: no text, no address, nobody.

What a browser's own reporting would send holds addresses and text, so the pages listen for it and say which of these words it was.
"""

from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends
from prometheus_client import Counter
from pydantic import Field

from shared.http.body import Body
from shared.http.openapi import refuses
from shared.http.principal import anyone

router = APIRouter(prefix="/v1/client-reports", tags=["client-reports"])
log = structlog.get_logger(__name__)

REPORTS = Counter("client_reports_total", "What browsers noticed.", ("application", "kind", "what", "rating"))
AT_ONCE = 20
type Directive = Literal[
    "default-src", "script-src", "style-src", "img-src", "font-src", "connect-src", "frame-src", "worker-src", "form-action",
    "frame-ancestors", "base-uri", "object-src", "other",
]  # fmt: skip
type Crash = Literal[
    "Error", "TypeError", "RangeError", "ReferenceError", "SyntaxError", "AggregateError", "DOMException", "ChunkLoadError", "other"
]


class CspReport(Body):
    """The browser refused content that the page's rules do not allow."""

    kind: Literal["csp"]
    directive: Directive

    @property
    def words(self) -> tuple[str, str, str]:
        """Kind, what, and how it felt, as it is counted."""
        return self.kind, self.directive, ""


class CrashReport(Body):
    """The page stopped on an error of this class; its words stay in the browser."""

    kind: Literal["crash"]
    error: Crash

    @property
    def words(self) -> tuple[str, str, str]:
        """Kind, what, and how it felt, as it is counted."""
        return self.kind, self.error, ""


class VitalReport(Body):
    """How the page felt, in the words of Web Vitals."""

    kind: Literal["web-vital"]
    metric: Literal["LCP", "INP", "CLS", "FCP", "TTFB"]
    rating: Literal["good", "needs-improvement", "poor"]

    @property
    def words(self) -> tuple[str, str, str]:
        """Kind, what, and how it felt, as it is counted."""
        return self.kind, self.metric, self.rating


class ClientReportsBody(Body):
    """A few reports of one page; `release` is the version of the application."""

    application: Literal["portal", "back-office"]
    release: Annotated[str, Field(pattern=r"^\d{1,3}\.\d{1,3}\.\d{1,3}$")]
    reports: Annotated[
        list[Annotated[CspReport | CrashReport | VitalReport, Field(discriminator="kind")]], Field(min_length=1, max_length=AT_ONCE)
    ]


@router.post("", status_code=204, responses=refuses())
async def report(body: ClientReportsBody, _: Annotated[object, Depends(anyone)]) -> None:
    """Contar o que o navegador percebeu: nada do que a pessoa digitou, e ninguém."""
    for one in body.reports:
        REPORTS.labels(body.application, *one.words).inc()
        if not isinstance(one, VitalReport):
            log.warning("client_report", application=body.application, release=body.release, kind=one.kind, what=one.words[1])
