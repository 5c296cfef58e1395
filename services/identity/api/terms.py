"""The terms of use: what they say today, and the acceptance of a newer version by who has an account."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.identity.parts import IdentityParts, parts
from shared.http.body import Answer
from shared.http.principal import anyone

router = APIRouter(prefix="/v1/terms", tags=["terms"])


class TermsAnswer(Answer):
    """A version of the terms; `sha256` is of its words as they stand in `text`."""

    version: str
    sha256: str
    text: str


@router.get("")
async def show(_: Annotated[object, Depends(anyone)], parts: Annotated[IdentityParts, Depends(parts)]) -> TermsAnswer:
    """Os termos de uso que valem hoje."""
    current = parts.terms_now()
    return TermsAnswer(version=current.version, sha256=current.sha256, text=current.text)
