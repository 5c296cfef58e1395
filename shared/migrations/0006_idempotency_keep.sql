-- The answer kept, as a function: it is called with literals on the way to COMMIT, and its statement is planned once a session.

create function idempotency_keep(_actor text, _key text, _fingerprint bytea, _status int, _answer jsonb) returns void
language plpgsql volatile as $$
begin
  insert into idempotency (actor, key, fingerprint, status, answer) values (_actor, _key, _fingerprint, _status, _answer)
  on conflict (actor, key) do update
    set fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer, at = now();
end $$;
