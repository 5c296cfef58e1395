-- What travels: the relay's checkpoint, what could not be applied, and how fresh each reader is.

create table relay (name text primary key, position bigint not null, owner uuid not null);

create table parked (
  reader text, stream text collate "C", version int, event_id uuid not null, record jsonb not null,
  error text not null, parked_at timestamptz not null default clock_timestamp(),
  primary key (reader, stream, version)
);

-- Records that say neither stream nor version: kept by where they stood; their value is sealed with the service's key.
create table parked_records (
  topic text, partition int, "offset" bigint, reader text not null, error text not null,
  kek smallint not null, wrapped bytea not null, parked_at timestamptz not null default clock_timestamp(),
  primary key (topic, partition, "offset", reader)
);

create table reader_progress (reader text primary key, caught_up_at timestamptz not null);

grant select, insert, update, delete on relay, parked, parked_records, reader_progress to {app};
