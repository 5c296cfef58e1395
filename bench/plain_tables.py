"""The tables and statements of the filing that is written by hand; as many columns and the same indexes as ours have."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg

TABLES = """
create table requests (
  request_id uuid primary key, unit_id uuid not null, unit_number text not null, holder_id uuid not null, started_by uuid not null,
  filed_by uuid, responsible_id uuid, grant_id uuid, previous_request uuid, state text not null, is_open boolean not null default false,
  protocol text, motive text, purpose text, source text, porte text, installed_kw numeric, filed_at timestamptz,
  started_at timestamptz not null, moved_at timestamptz not null, version int not null,
  address text, load_kw numeric, breaker_a int, service_line text, inspection text, declarations text[] not null, contractor text,
  confirmed boolean not null
);
create unique index requests_protocol on requests (protocol);
create unique index requests_one_draft on requests (unit_id, started_by) where state = 'draft';
create unique index requests_one_open on requests (unit_id) where is_open;
create index requests_holder on requests (holder_id, started_at);
create index requests_starter on requests (started_by, started_at);
create index requests_responsible on requests (responsible_id, started_at);
create index requests_grant on requests (grant_id);
create index requests_state on requests (state, filed_at, request_id);
create table modules (
  module_id uuid primary key, request_id uuid not null, maker text, model text, power_w numeric, quantity int, area_m2 numeric
);
create index modules_request on modules (request_id);
create table inverters (
  inverter_id uuid primary key, request_id uuid not null, maker text, model text, power_kw numeric, quantity int, voltage_min_v numeric,
  voltage_max_v numeric, current_a numeric, power_factor numeric, efficiency_percent numeric, thd_percent numeric
);
create index inverters_request on inverters (request_id);
create table documents (
  document_id uuid primary key, request_id uuid not null, owner_person uuid not null, code text not null, name text, state text not null,
  sha256 text, size bigint not null, media_type text not null, pages int, started_at timestamptz not null, settled_at timestamptz
);
create index documents_request on documents (request_id);
create table units (
  unit_id uuid primary key, number text not null, holder_id uuid not null, tariff_group text not null, voltage_v numeric not null,
  phases int not null, available_kw numeric not null, contracted_kw numeric, municipality text not null,
  connected_before_2022_01_07 boolean not null, existing_kw numeric not null, active boolean not null, version int not null
);
create index units_holder on units (holder_id);
create table grants (
  grant_id uuid primary key, unit_id uuid not null, holder_id uuid not null, professional_id uuid not null, may_decide boolean not null,
  ends_on date not null, state text not null, ended_at timestamptz, version int not null
);
create index grants_of on grants (professional_id, unit_id);
create table profiles (
  person_id uuid primary key, profile_id uuid not null, profession text not null, may_file boolean not null, ceiling_kva numeric,
  valid_until date not null, approved boolean not null, company_id uuid
);
create table holders (person_id uuid primary key, proven boolean not null, proven_at timestamptz);
create table rules (version int primary key, since date not null, documents text[] not null, declarations text[] not null);
create table ended_sessions (session_id uuid primary key, person_id uuid not null, at timestamptz not null);
create table protocol_numbers (year int primary key, last bigint not null);
create table clocks (
  request_id uuid not null, clock text not null, article text not null, starts_on date not null, due_on date not null,
  other_reading date, length int not null, unit text not null, bound text not null, annex_iv_type int,
  state text not null, ended_at timestamptz, primary key (request_id, clock)
);
create index clocks_running on clocks (clock, due_on) where ended_at is null and bound = 'distributor';
create table timers (name text, request_id uuid, due_at timestamptz not null, primary key (name, request_id));
create index timers_due on timers (due_at);
create table timeline (
  request_id uuid not null, version int not null, at timestamptz not null, code text not null, actor text not null,
  values jsonb not null, article text, primary key (request_id, version)
);
create table papers (
  request_id uuid not null, code text not null, asked_at timestamptz not null, document_id uuid, primary key (request_id, code)
);
create index papers_open on papers (asked_at) where document_id is null;
create table outbox (
  id uuid primary key, person_id uuid not null, fact text not null, subject text not null, text text not null, html text,
  correlation uuid, due_at timestamptz not null, tries int not null default 0, next_try_at timestamptz not null,
  delivered_at timestamptz, refused text
);
create index outbox_open on outbox (next_try_at) where delivered_at is null and refused is null;
create table audit (
  position bigint generated always as identity primary key, request_id uuid not null, version int not null, id uuid not null unique,
  what text not null, data jsonb not null, metadata jsonb not null, at timestamptz not null default clock_timestamp(),
  unique (request_id, version)
);
create table idempotency (
  actor text, key text, fingerprint bytea not null, status int not null, answer jsonb not null,
  at timestamptz not null default now(), primary key (actor, key)
);
create index idempotency_at on idempotency (at);
"""

REQUEST = """
select r.*, u.number, u.holder_id as unit_holder, u.voltage_v, u.available_kw, u.municipality, u.connected_before_2022_01_07,
  u.existing_kw, u.active from requests r join units u using (unit_id) where r.request_id = $1 for update of r for share of u"""
KNOWN = """
select (select true from ended_sessions where session_id = $3) as ended, fingerprint, answer
  from (values (1)) one left join idempotency on actor = $1 and key = $2 and at > now() - interval '24 hours'"""
STANDING = """
select p.person_id, p.approved, p.may_file, p.valid_until, g.grant_id, g.version, g.may_decide
  from grants g join profiles p on p.person_id = g.professional_id
 where g.unit_id = $1 and g.holder_id = $2 and g.professional_id = any($3::uuid[]) and g.state = 'live' and g.ends_on >= $4 for share"""
PROVEN = "select proven from holders where person_id = $1 for share"
DRAFT = """
select (select coalesce(sum(power_w * quantity), 0) / 1000 from modules where request_id = $1) as modules_kwp,
  (select coalesce(sum(power_kw * quantity), 0) from inverters where request_id = $1) as inverters_kw,
  (select jsonb_agg(jsonb_build_object('id', document_id, 'code', code, 'sha256', sha256))
     from documents where request_id = $1 and state = 'clean') as documents,
  version, documents as required, declarations as needed from rules where since <= $2 order by since desc limit 1"""
BEGIN_CLOCK = """
insert into clocks (request_id, clock, article, starts_on, due_on, other_reading, length, unit, bound, annex_iv_type, state)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'running')"""
ARM = "insert into timers (name, request_id, due_at) values ($1, $2, $3)"
ASK_FOR_PAPER = "insert into papers (request_id, code, asked_at) values ($1, $2, $3)"
NEXT_PROTOCOL = """
insert into protocol_numbers as p (year, last) values ($1, 1) on conflict (year) do update set last = p.last + 1 returning last"""
FILE = """
update requests set state = 'under-triage', is_open = true, protocol = $2, filed_by = $3, grant_id = $4, porte = $5, installed_kw = $6,
  filed_at = $7, moved_at = $7, version = $8 where request_id = $1"""
TELL = "insert into timeline (request_id, version, at, code, actor, values) values ($1, $2, $3, $4, $5, $6)"
MAIL = """
insert into outbox (id, person_id, fact, subject, text, due_at, next_try_at) values ($1, $2, $3, $4, $5, $6, $6)"""
AUDIT = "insert into audit (request_id, version, id, what, data, metadata) values ($1, $2, $3, $4, $5, $6)"
KEEP = "insert into idempotency (actor, key, fingerprint, status, answer) values ($1, $2, $3, $4, $5)"

_DOCUMENTS = ("ID_CONSUMIDOR", "RESP_TECNICA", "UNIFILAR_BLOCOS", "MEMORIAL", "ENSAIO_INVERSOR")
_DECLARATIONS = ("instalacoes-internas", "norma-e-lei-9074", "veracidade")
_RULES = "insert into rules (version, since, documents, declarations) values (1, '2026-01-01', $1, $2)"
_PROFILE = """
insert into profiles (person_id, profile_id, profession, may_file, valid_until, approved)
values ($1, $1, 'engenheiro', true, current_date + 365, true)"""
_UNITS = "insert into units select unit, unit::text, $2, 'B', 220, 2, 12, null, '1302603', true, 0, true, 1 from unnest($1::uuid[]) unit"
_GRANTS = """
insert into grants select gen_random_uuid(), unit, $2, $3, false, current_date + 365, 'live', null, 2 from unnest($1::uuid[]) unit"""
_MODULES = "insert into modules select uuidv7(), id, 'Canadian', 'CS6W-550', 550, 10, 25.8 from unnest($1::uuid[]) id"
_INVERTERS = """
insert into inverters select uuidv7(), id, 'Growatt', 'MIN 5000', 5, 1, 80, 550, 22.7, 1, 98.4, 3 from unnest($1::uuid[]) id"""
_ATTACHED = """
insert into documents select uuidv7(), id, $2, code, code || '.pdf', 'clean', encode(sha256(id::text::bytea), 'hex'), 64,
  'application/pdf', 1, now(), now() from unnest($1::uuid[]) id, unnest($3::text[]) code"""
_REQUESTS = """
insert into requests (request_id, unit_id, unit_number, holder_id, started_by, responsible_id, state, motive, purpose, source,
  started_at, moved_at, version, address, load_kw, breaker_a, service_line, inspection, declarations, contractor, confirmed)
select id, unit, unit::text, $3, $4, $4, 'draft', 'gd-sem-alteracao', 'autoconsumo-local', 'solar', now(), now(), 17,
  'Rua das Palmeiras, 100', 8, 50, 'aerial', 'on-request', $5::text[], 'autonomous', true
  from unnest($1::uuid[], $2::uuid[]) draft(id, unit)"""


async def fill(db: "asyncpg.Connection[asyncpg.Record]", requests: Sequence[UUID], filer: UUID) -> None:
    """The tables, and a complete draft under each of these ids, each for a house of its own, of one holder."""
    holder, units = uuid4(), [uuid4() for _ in requests]
    await db.execute(TABLES)
    await db.execute(_RULES, _DOCUMENTS, _DECLARATIONS)
    await db.execute(_PROFILE, filer)
    await db.execute(_UNITS, units, holder)
    await db.execute(_GRANTS, units, holder, filer)
    for rows in (_MODULES, _INVERTERS):
        await db.execute(rows, requests)
    await db.execute(_ATTACHED, requests, holder, _DOCUMENTS)
    await db.execute(_REQUESTS, requests, units, holder, filer, _DECLARATIONS)
    await db.execute("vacuum analyze")
