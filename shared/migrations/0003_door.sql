-- What the door keeps: deeds done once, mail to hand over, documents, who looked at what, catalogues, imports, ended sessions.

create table idempotency (
  actor text, key text, fingerprint bytea not null, status int not null, answer jsonb not null,
  at timestamptz not null default now(), primary key (actor, key)
);
create index idempotency_at on idempotency (at);

create table outbox (
  id uuid primary key, person_id uuid not null, fact text not null, subject text not null, text text not null, html text,
  correlation uuid, due_at timestamptz not null, tries int not null default 0, next_try_at timestamptz not null,
  delivered_at timestamptz, refused text
);
create index outbox_open on outbox (next_try_at) where delivered_at is null and refused is null;

create table documents (
  document_id uuid primary key, owner_stream text collate "C" not null, owner_person uuid not null, code text not null,
  name text, state text not null, reason text, sha256 text, size bigint not null, media_type text not null, pages int,
  declared_sha256 text, started_at timestamptz not null, settled_at timestamptz, version int not null
);
create index documents_owner on documents (owner_stream);
create index documents_open on documents (started_at) where state = 'under-verification';

-- Uploads said to be complete, waiting to be verified; a lease keeps two workers apart.
create table arrivals (
  document_id uuid primary key, arrived_at timestamptz not null default now(), tries int not null default 0,
  next_try_at timestamptz not null default now()
);
create index arrivals_next on arrivals (next_try_at);

create table access_log (
  id uuid primary key, at timestamptz not null default clock_timestamp(), actor text not null, what text not null,
  object text not null, purpose text not null, channel text not null, correlation uuid, sent_at timestamptz
);
create index access_log_object on access_log (object, at);
create index access_log_unsent on access_log (at) where sent_at is null;

create table catalogues (
  code text, version int, since date not null, entries jsonb not null, sha256 text not null, published_at timestamptz not null,
  primary key (code, version)
);

create table imports (
  id uuid primary key, kind text not null, object text not null, dry_run boolean not null, state text not null,
  requested_by text not null, requested_at timestamptz not null, done int not null default 0, total int,
  report bytea, finished_at timestamptz, correlation uuid
);
create index imports_open on imports (requested_at) where state in ('waiting', 'running');

create table ended_sessions (
  session_id uuid primary key, person_id uuid not null, at timestamptz not null
);
create index ended_sessions_at on ended_sessions (at);

grant select, insert, update, delete on idempotency, outbox, documents, arrivals, catalogues, imports, ended_sessions to {app};
grant select, insert on access_log to {app};
grant update (sent_at) on access_log to {app};
