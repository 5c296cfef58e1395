'''The door: how HTTP becomes commands, and answers and refusals become HTTP.

    router = APIRouter(prefix="/v1/profiles", tags=["profiles"])

    class BeginProfileBody(Body):
        profession: Literal["engenheiro", "tecnico", "corretor"]

    @router.post("", status_code=201)                      # creates: Idempotency-Key, 201, Location, ETag
    async def begin(
        body: BeginProfileBody,
        who: Annotated[Principal, Depends(person)],        # exactly one access marker on every route
        cause: Annotated[Cause, Depends(cause)],
        once: Annotated[Once, Depends(once)],
        parts: Annotated[ProfessionalParts, Depends(parts)],
        response: Response,
    ) -> CreatedAnswer:
        """Começar o perfil profissional."""
        async def work(db: Db) -> Reply:
            outcome = await parts.profiles(db, parts.profile_id(who.pid), BeginProfile(...), cause, person=who.pid)
            return Reply(201, f"/v1/profiles/{outcome.id}", {"id": str(outcome.id)}, outcome.version)
        reply = await once.transact(parts.platform.pool, work)
        return created(reply, response)

    @router.put("/{profile_id}/course")                    # edits one record: If-Match, never retried
    async def course(
        profile_id: UUID, body: CourseBody, response: Response,
        who: Annotated[Principal, Depends(person)],
        expected: Annotated[int, Depends(required_if_match)],
        cause: Annotated[Cause, Depends(cause)],
        parts: Annotated[ProfessionalParts, Depends(parts)],
    ) -> ProfileAnswer:
        outcome = await transact(
            parts.platform.pool,
            lambda db: parts.profiles(db, profile_id, ChangeCourse(...), cause, expected=expected),
            retry=False,
        )
        response.headers["ETag"] = etag(outcome.version)
        return ProfileAnswer(...)

    @router.get("/{profile_id}")                           # reads one record: ETag
    async def show(profile_id: UUID, response: Response, who: Annotated[Principal, Depends(signed_in)], ...) -> ProfileAnswer:
        async with parts.platform.pool.acquire(timeout=5) as db:
            row = await my_profile.get(db, profile_id, who.pid)          # raises NotFound
        response.headers["ETag"] = etag(row.version)
        return ProfileAnswer(...)

A deed (`POST …/{id}/filing`) may take `expected: Annotated[int | None, Depends(if_match)]`. An anonymous creation uses
`once.anonymous(str(browser_id))`. Any refusal raised anywhere becomes problem+json: `Refusal` 409, `Forbidden` 403,
`NotFound` 404, `Malformed` 422, `Unavailable` 503. A database that is away becomes an honest 503 with Retry-After.

Lists: `page: Annotated[Asked, Depends(asked)]`, `Page[ThingAnswer]` (see `shared.http.pages`).
Tests: `shared.testing.tokens.Issuer().install(app)`, then `issuer.person(pid)`, `issuer.staff(pid, "reviewer")`.
'''
