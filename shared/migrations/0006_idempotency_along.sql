-- What a deed asks first and tells last, as functions that are called with literals along with BEGIN and COMMIT: their statements are
-- planned once a session, and what is parsed each time is one call.

-- Whether nobody is at it and nothing was answered under this key: then the lock is taken, and its look has a newer snapshot.
create function idempotency_unseen(_actor text, _key text, _lock bigint) returns boolean
language plpgsql volatile as $$
begin
  if not pg_try_advisory_xact_lock(_lock) then
    return false;
  end if;
  perform from idempotency kept where kept.actor = _actor and kept.key = _key and kept.at > now() - interval '24 hours';
  return not found;
end $$;

create function idempotency_keep(_actor text, _key text, _fingerprint bytea, _status int, _answer jsonb) returns void
language plpgsql volatile as $$
begin
  insert into idempotency (actor, key, fingerprint, status, answer) values (_actor, _key, _fingerprint, _status, _answer)
  on conflict (actor, key) do update
    set fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer, at = now();
end $$;
