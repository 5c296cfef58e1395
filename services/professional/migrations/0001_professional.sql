-- What professional answers from: profiles for staff, who holds which registration, whom identity has verified.

create table profiles (
  profile_id uuid primary key, state text not null, profession text, council text, uf text, submission int not null default 0,
  protocol text, filed_at timestamptz, due_on date, valid_until date, version int not null, changed_at timestamptz not null
);
create index profiles_state on profiles (state, changed_at desc, profile_id);

-- One row per registration that a profile ever named; the digest is keyed, the number itself is nowhere here.
create table registrations (
  profile_id uuid not null, digest bytea not null, current boolean not null, submitted boolean not null default false,
  approved boolean not null default false, primary key (profile_id, digest)
);
create unique index registrations_held on registrations (digest) where submitted or approved;

create table verified_people (person_id uuid primary key, kind text not null, verified_at timestamptz not null);

grant select, insert, update, delete on profiles, registrations, verified_people to {app};
