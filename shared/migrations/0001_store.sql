-- The event store: append-only for the role the service runs as; readers go no further than the horizon.

create table events (
  position    bigint generated always as identity (cache 1) primary key,
  stream      text collate "C" not null,
  version     int         not null check (version > 0),
  id          uuid        not null,
  type        text        not null,
  schema      smallint    not null,
  data        jsonb       not null,
  metadata    jsonb       not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint events_stream_version unique (stream, version),
  constraint events_id unique (id)
);

-- Before positions are taken: "mine will all be above this". The high bits name the lock, the low 48 hold the bound.
create function events_announce() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared((17750::bigint << 48) | coalesce(pg_sequence_last_value('events_position_seq'), 0));
  return null;
end $$;
create trigger events_announce before insert on events for each statement execute function events_announce();

-- Nothing at or below it can still appear. The sequence is read first, the locks second: never the other way round.
create function events_horizon() returns bigint language plpgsql volatile as $$
declare top bigint; low bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' or pg_is_in_recovery() then
    raise exception 'events are read on the primary, in read committed';
  end if;
  top := coalesce(pg_sequence_last_value('events_position_seq'), 0);
  select min((classid::bigint & 65535) << 32 | objid::bigint) into low
    from pg_locks
   where locktype = 'advisory' and objsubid = 1 and classid::bigint >> 16 = 17750
     and database = (select oid from pg_database where datname = current_database());
  return least(top, coalesce(low, top));
end $$;

-- The horizon in a statement of its own, so that the rows are read with a newer snapshot than the locks.
create function events_after(_position bigint, _limit int) returns setof events language plpgsql volatile as $$
declare top bigint := events_horizon();
begin
  return query select * from events where position > _position and position <= top order by position limit _limit;
end $$;

-- The ledger: the highest version each reader has applied of each stream, with that event's id.
create table applied (
  reader   text, stream text collate "C", version int not null, event_id uuid not null,
  primary key (reader, stream)
) with (fillfactor = 80);

create table timers (
  name text, stream text collate "C", due_at timestamptz not null,
  primary key (name, stream)
);
create index timers_due on timers (due_at);

-- Keys of streams that hold personal data. A destroyed key keeps its row and loses its secret; the next one is a new generation.
create table stream_keys (
  stream text collate "C", generation smallint, person uuid not null, wrapped bytea, kek smallint not null,
  made_at timestamptz not null default clock_timestamp(), destroyed_at timestamptz,
  primary key (stream, generation)
);
create index stream_keys_person on stream_keys (person) where destroyed_at is null;

-- One number space of protocols: the year and this service's digit make it unique across services.
create table protocol_numbers (year int primary key, last bigint not null);

grant insert, select on events to {app};
grant select on sequence events_position_seq to {app};
grant select, insert, update, delete on applied, timers, stream_keys, protocol_numbers to {app};
