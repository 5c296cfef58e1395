-- identity: accounts, sessions, staff (own views); register, attempts, refresh tokens, signing keys, mails (rows of their own).

create table accounts (
  user_id uuid primary key, person_id uuid not null, kind text not null, document text, name text, email text, phone text,
  representative_id uuid, representative_name text, password_hash text, holder boolean not null default false, holder_how text,
  handed_over boolean not null default false, verified_at timestamptz not null, version int not null
);
create unique index accounts_one_per_person on accounts (person_id);

create table sessions (
  session_id uuid primary key, subject_id uuid not null, person_id uuid not null, kind text not null, amr text[] not null,
  browser_id uuid not null, browser text, shared_device boolean not null, started_at timestamptz not null,
  authenticated_at timestamptz not null, ended_at timestamptz, because text, version int not null
);
create index sessions_live on sessions (subject_id) where ended_at is null;

create table staff (
  staff_id uuid primary key, person_id uuid not null, name text, email text, roles text[] not null default '{}',
  state text not null, password_hash text, totp_secret text, invited_at timestamptz not null, version int not null
);
create unique index staff_one_per_person on staff (person_id);

-- The register of customers, as the utility's own system tells it: newer sequence wins.
create table register (
  person_id uuid primary key, sequence bigint not null, at timestamptz not null, document text not null, kind text not null,
  name text, email text, phone text, status text not null
);

-- One counter per person (registered or not), browser and kind, locked before anything is checked.
create table attempts (
  subject uuid, browser uuid, kind text, failed int not null default 0, last_at timestamptz, blocked_until timestamptz,
  primary key (subject, browser, kind)
);
create index attempts_idle on attempts (last_at);

-- Each refresh token is computed from the session's nonce, its generation and the pepper; only the generation moves.
create table refresh_tokens (
  session_id uuid primary key, nonce text not null, generation int not null, rotated_at timestamptz not null,
  browser_id uuid not null, idle interval not null, idle_until timestamptz not null, expires_at timestamptz not null
);
create index refresh_tokens_over on refresh_tokens (least(idle_until, expires_at));

create table totp_uses (staff_id uuid primary key, step bigint not null);

create table signing_keys (
  kid text primary key, kek smallint not null, wrapped bytea not null, public jsonb not null,
  made_at timestamptz not null default clock_timestamp(), active_from timestamptz not null
);

-- The post office: accepted once by id, tried until delivered or refused for good; the words go when delivered.
create table mails (
  id uuid primary key, service text not null, fact text not null, person_id uuid not null, address text, subject text, text text,
  html text,
  correlation uuid, accepted_at timestamptz not null default clock_timestamp(), tries int not null default 0,
  next_try_at timestamptz not null default clock_timestamp(), delivered_at timestamptz, bounced_at timestamptz, error text
);
create index mails_open on mails (next_try_at) where delivered_at is null and bounced_at is null;
create index mails_person on mails (person_id, accepted_at);

grant select, insert, update, delete on accounts, sessions, staff, register, attempts, refresh_tokens, totp_uses, signing_keys, mails
  to {app};
