-- What the back office knows: its reviews, and of other services what its queues, dashboards and audit need.

create table reviews (
  review_id uuid primary key, kind text not null, subject_stream text collate "C" not null, submission int not null,
  protocol text, filed_at timestamptz not null, due_on date, parties uuid[] not null, documents int not null,
  state text not null, claimed_by uuid, claimed_at timestamptz, expires_at timestamptz,
  proposed_by uuid, proposed_at timestamptz, outcome text, concluded_by uuid, confirmed_by uuid, concluded_at timestamptz,
  closed_why text, opened_at timestamptz not null, version int not null
);
create index reviews_queue on reviews (kind, filed_at, review_id) where state in ('waiting', 'claimed', 'awaiting-second-person');
create index reviews_subject on reviews (subject_stream, kind);
create index reviews_holder on reviews (claimed_by) where state = 'claimed';
create index reviews_protocol on reviews (protocol);

-- One row per conclusion: a reopened review is concluded again.
create table decisions (
  review_id uuid, version int, kind text not null, outcome text not null, decided_by uuid not null, decided_at timestamptz not null,
  seconds double precision not null, due_on date, filed_at timestamptz not null,
  primary key (review_id, version)
);
create index decisions_at on decisions (kind, decided_at);

create table staff (
  person_id uuid primary key, staff_id uuid not null, roles text[] not null, active boolean not null
);

create table foreign_catalogues (
  catalogue text, version int, since date not null, entries jsonb not null,
  primary key (catalogue, version)
);

-- When the utility's register last told us anything.
create table freshness (source text primary key, last_at timestamptz not null);

-- What waits for an act on its owner's own page: contracts to deliver, visits to schedule, and the like.
create table tasks (
  queue text, subject_stream text collate "C", protocol text, since timestamptz not null, due_on date,
  primary key (queue, subject_stream)
);
create index tasks_queue on tasks (queue, since);

create table live_rates (
  metric text, queue text, minute timestamptz, count double precision not null, exact boolean not null default false,
  approximate double precision, primary key (metric, queue, minute)
);

-- The audit: insert-only, one writer, each row chained to the one before.
create table audit (
  n bigint primary key, at timestamptz not null, topic text not null, event_id uuid not null, type text not null,
  stream text collate "C" not null, actor text not null, channel text not null,
  previous bytea not null, hash bytea not null,
  constraint audit_once unique (topic, event_id)
);
create index audit_stream on audit (stream, n);
create index audit_actor on audit (actor, n);
-- What a row is about besides its stream: persons, documents and protocols named by the event.
create table audit_mentions (value text collate "C", n bigint references audit (n), primary key (value, n));
create table audit_head (one boolean primary key default true check (one), n bigint not null, hash bytea not null, sealed_on date);
insert into audit_head (n, hash) values (0, decode(repeat('00', 32), 'hex'));

-- Plants connected, with the columns that ANEEL's open data ask for (art. 655-W).
create table connected_plants (
  commissioning_id uuid primary key, protocol text not null, unit_id uuid not null, connected_on date not null,
  columns jsonb not null
);
create index connected_plants_on on connected_plants (connected_on);

create table exports (
  id uuid primary key, kind text not null, made_by uuid not null, made_at timestamptz not null, rows int not null,
  sha256 text not null, content bytea not null
);

grant select, insert, update, delete on reviews, decisions, staff, foreign_catalogues, freshness, tasks, live_rates, connected_plants to {app};
grant select, insert on audit, audit_mentions, exports to {app};
grant select on audit_head to {app};
grant update on audit_head to {app};
