-- What access shows and decides upon: units and their numbers, grants, and what it knows of others.

-- Every number a unit has or had, legacy ones too; never deleted, so that a unit answers to all of them for ever.
create table unit_numbers (number text primary key, unit_id uuid not null);
create index unit_numbers_unit on unit_numbers (unit_id);

create table consumer_units (
  unit_id uuid primary key, number text not null, legacy_number text, holder_id uuid not null, holder_kind text not null, root_id uuid,
  tariff_group text not null, subgroup text not null, consumer_class text not null, voltage_v numeric not null, phases int not null,
  available_kw numeric not null, contracted_kw numeric, municipality_ibge text not null, connected_before_2022_01_07 boolean not null,
  plant_source text, plant_kw numeric, origin_protocol text, address text, coordinates text,
  state text not null, registered_at timestamptz not null, version int not null
);
create index consumer_units_holder on consumer_units (holder_id, number);

-- The last record taken of each number of the register: newer wins.
create table register_sequences (number text primary key, sequence bigint not null, taken_at timestamptz not null);

-- Offers, asks and grants. An ask for a pair that does not belong together has no unit and no holder, and is otherwise alike.
create table grants (
  grant_id uuid primary key, unit_id uuid, holder_id uuid, professional_id uuid not null, state text not null,
  number text, asked_of_id uuid, protocol text, may_decide boolean not null default false, ends_on date,
  opened_at timestamptz not null, lapses_at timestamptz, granted_at timestamptz, ended_at timestamptz, ended_by text, reason text,
  extension_by text, extension_ends_on date, suspended boolean not null default false, version int not null
);
create unique index grants_one_open on grants (professional_id, unit_id) where state in ('offered', 'requested');
create unique index grants_one_ask on grants (professional_id, number, asked_of_id) where state = 'requested';
create unique index grants_one_live on grants (professional_id, unit_id) where state = 'live';
create index grants_holder on grants (holder_id, opened_at desc, grant_id);
create index grants_professional on grants (professional_id, opened_at desc, grant_id);
create index grants_unit on grants (unit_id);

-- Known from others: who is an approved professional, until when; which account acts as holder.
create table approved_profiles (person_id uuid primary key, approved boolean not null, valid_until date);
create table proven_holders (person_id uuid primary key, proven boolean not null);

grant select, insert, update on unit_numbers to {app};
grant select, insert, update, delete on consumer_units, register_sequences, grants, approved_profiles, proven_holders to {app};
