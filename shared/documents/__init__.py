"""Documents: uploaded straight to S3, verified by the worker, known by their digest, kept under the stream that owns them.

In a service's composition:

    documents = Documents(platform.pool, platform.storage, Handler("document", DOCUMENT, store), platform.clock, service="professional")
    Parts(
        inline_views=[DocumentsView(), …],                       # shared.documents.view, table `documents`
        routers=[documents_router("profile-documents", deps), …],
        loops={"documents": documents_worker(documents, scanner).run},
    )
    Service(events=[*DOCUMENT_EVENTS, …])                        # shared.documents.events

`async def deps(request) -> DocumentsDeps` answers, for a route, `DocumentsDeps(documents, may_attach, may_see)`:
`async may_attach(db, principal, owner_id, code) -> Owner(stream, person)` raises NotFound or Forbidden; `async may_see(db, principal,
row) -> bool` (default: the owner, or staff). `person` is whose personal data the file holds.

Over HTTP, for the plural `profile-documents`:

    POST /v1/profile-documents {owner_id, code, name, size, media_type, sha256?}
         → 201 {id, version, upload{kind: "single", parts[{n, method, url, headers}], expires_at}}; PUT the bytes to the url
    POST /v1/profile-documents/{id}/completion   → 202, verification begins
    GET  /v1/profile-documents/{id}
         → {state: uploading·verifying·ready·refused, refusal{code, sentence, fix}, …}, ETag, Retry-After
    GET  /v1/profile-documents?ids=…&ids=…       → [{…}]
    GET  /v1/profile-documents/{id}/upload       → a fresh address
    POST /v1/profile-documents/{id}/views {purpose} → {url, expires_at}, logged

In a command that needs one: `await get_clean_document(db, document_id, owner_person)` → `CleanDocument(id, code, sha256,
size, media_type)`; raises DocumentNotVerifiedYet, DocumentWasRefused, DocumentNotFound. Produced by the service itself
(forms, receipts): `await documents.store_bytes(owner_stream, content, media_type)`
then, in the transaction, `await documents.keep(db, id, Owner(stream, person), code, name, stored, cause)`.
"""
