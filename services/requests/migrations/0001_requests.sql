-- What requests shows and decides upon: requests, commissionings, their clocks, papers and histories, and what it knows of others.

create table budget_requests (
  request_id uuid primary key, unit_id uuid not null, unit_number text not null, holder_id uuid not null, started_by uuid not null,
  filed_by uuid, responsible_id uuid, grant_id uuid, previous_request uuid, state text not null, is_open boolean not null default false,
  protocol text, motive text, purpose text, porte text, installed_kw numeric, filed_at timestamptz,
  started_at timestamptz not null, moved_at timestamptz not null, version int not null
);
create unique index budget_requests_protocol on budget_requests (protocol);
create unique index budget_requests_one_draft on budget_requests (unit_id, started_by) where state = 'draft';
-- One open request for each unit (art. 64, §5).
create unique index budget_requests_one_open on budget_requests (unit_id) where is_open;
create index budget_requests_holder on budget_requests (holder_id, started_at);
create index budget_requests_starter on budget_requests (started_by, started_at);
create index budget_requests_responsible on budget_requests (responsible_id, started_at);
create index budget_requests_grant on budget_requests (grant_id);
create index budget_requests_state on budget_requests (state, filed_at);

create table commissionings (
  commissioning_id uuid primary key, request_id uuid not null, unit_id uuid not null, unit_number text not null, holder_id uuid not null,
  started_by uuid not null, filed_by uuid, responsible_id uuid not null, attempt int not null, state text not null,
  is_open boolean not null default false, protocol text, installed_kw numeric, visit_on date, visit_window text, filed_at timestamptz,
  started_at timestamptz not null, moved_at timestamptz not null, version int not null
);
create unique index commissionings_protocol on commissionings (protocol);
create unique index commissionings_one_open on commissionings (request_id) where is_open;
create unique index commissionings_one_draft on commissionings (request_id, started_by) where state = 'draft';
create index commissionings_holder on commissionings (holder_id, started_at);
create index commissionings_unit on commissionings (unit_id);
create index commissionings_state on commissionings (state, filed_at);

create table clocks (
  stream text collate "C" not null, clock text not null, article text not null, starts_on date not null, due_on date not null,
  other_reading date, length int not null, unit text not null, bound text not null, annex_iv_type int,
  state text not null, ended_at timestamptz, primary key (stream, clock)
);

create table timeline (
  stream text collate "C" not null, version int not null, at timestamptz not null, code text not null, actor text not null,
  values jsonb not null, article text, primary key (stream, version)
);

-- Papers that the worker still has to render.
create table papers (
  stream text collate "C" not null, code text not null, asked_at timestamptz not null, document_id uuid,
  next_try_at timestamptz not null, primary key (stream, code)
);
create index papers_open on papers (next_try_at) where document_id is null;

create table grants (
  grant_id uuid primary key, unit_id uuid not null, holder_id uuid not null, professional_id uuid not null, may_decide boolean not null,
  ends_on date not null, state text not null, ended_at timestamptz, version int not null
);
create index grants_of on grants (professional_id, unit_id);

create table units (
  unit_id uuid primary key, number text not null, legacy_number text, holder_id uuid not null, root_id uuid, tariff_group text not null,
  voltage_v numeric not null, phases int not null, available_kw numeric not null, contracted_kw numeric, municipality text not null,
  connected_before_2022_01_07 boolean not null, existing_kw numeric not null, existing_source text, active boolean not null, version int not null
);
create index units_holder on units (holder_id);
create table unit_numbers (number text primary key, unit_id uuid not null);

create table profiles (
  person_id uuid primary key, profile_id uuid not null, profession text not null, may_file boolean not null, ceiling_kva numeric,
  valid_until date not null, approved boolean not null, company_id uuid
);

create table holders (person_id uuid primary key, proven boolean not null, proven_at timestamptz);

grant select, insert, update, delete on budget_requests, commissionings, clocks, timeline, papers, grants, units, unit_numbers, profiles, holders to {app};
