-- Lock and look in one round trip, each with a snapshot of its own: what the first request stored under a key before it gave the
-- lock back is seen by the one that takes the lock next.

create function idempotency_look(
  _actor text, _key text, _lock bigint, out free boolean, out fingerprint bytea, out status int, out answer text
)
language plpgsql volatile as $$
begin
  free := pg_try_advisory_xact_lock(_lock);
  if free then
    select kept.fingerprint, kept.status, kept.answer::text into fingerprint, status, answer
      from idempotency kept where kept.actor = _actor and kept.key = _key and kept.at > now() - interval '24 hours';
  end if;
end $$;
