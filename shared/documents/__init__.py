'''Documents: uploaded straight to S3, verified by the worker, known by their digest, kept under the stream that owns them.

In a service's composition:

    documents = Documents(platform.pool, platform.storage, Handler("document", DOCUMENT, store), platform.clock, service="professional")
    Parts(
        inline_views=[DocumentsView(), …],                       # shared.documents.view, table `documents`
        routers=[documents_router("profile-documents", deps), …],
        loops={"documents": documents_worker(documents, scanner).run},
    )
    Service(events=[*DOCUMENT_EVENTS, …])                        # shared.documents.events

`deps: Callable[[Request], DocumentsDeps]` answers, for a route, `DocumentsDeps(documents, may_attach)`, where
`may_attach(db, principal, owner: UUID) -> str` answers the owner's stream or raises NotFound or Forbidden.

Over HTTP, for the plural `profile-documents`:

    POST /v1/profile-documents {owner_id, code, name, size, media_type, sha256?}     → 201 {id, upload{url, method, headers, expires_at}}
    POST /v1/profile-documents/{id}/completion                                       → 202, verification begins
    GET  /v1/profile-documents/{id}     → {state: uploading·verifying·ready·refused, refusal{code, sentence, fix}, …}, ETag, Retry-After
    GET  /v1/profile-documents?ids=…    → many
    POST /v1/profile-documents/{id}/views {purpose}                                  → {url, expires_at}, logged

In a command that needs one: `await get_clean_document(db, document_id, owner_person)` → `CleanDocument(id, code, sha256,
size, media_type)`; raises DocumentNotVerifiedYet, DocumentWasRefused, DocumentNotFound. Produced by the service itself
(forms, receipts): `await documents.keep(db, owner_stream, owner_person, code, name, content, media_type, cause)`.
'''
