"""The door of requests."""

from fastapi import APIRouter

from services.requests.api import (
    attachments,
    budget_requests,
    catalogues,
    commissioning_steps,
    commissionings,
    corrections,
    decisions,
    filing,
    history,
    inspections,
    rows,
    staff_deeds,
    steps,
    tracking,
)
from services.requests.domain.budget_request.refusals import ProfessionMayNotFile, RequestUnknown
from services.requests.parts import documents_deps
from shared.documents.router import documents_router


def routers() -> tuple[APIRouter, ...]:
    """All routes of requests."""
    own = (
        budget_requests,
        steps,
        rows,
        attachments,
        filing,
        corrections,
        decisions,
        staff_deeds,
        commissionings,
        commissioning_steps,
        inspections,
        history,
        tracking,
        catalogues,
    )
    return (*(module.router for module in own), documents_router("request-documents", documents_deps, RequestUnknown, ProfessionMayNotFile))
