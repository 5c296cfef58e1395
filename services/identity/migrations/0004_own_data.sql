-- What people accepted, which contact they are proving, and what follows once they asked to be forgotten.

alter table accounts add column terms_version text, add column terms_accepted_at timestamptz, add column email_at timestamptz;

-- The code that is out, one for each account and purpose; an older one is void.
create table contact_proofs (
  user_id uuid, purpose text, proof_id uuid not null, person_id uuid not null, sent_at timestamptz not null, primary key (user_id, purpose)
);

grant select, insert, update, delete on contact_proofs to {app};

-- Who asked to be forgotten, what each service answered, and where notices still go while a protocol is open.
create table erasures (erasure_id uuid primary key, person_id uuid not null, at timestamptz not null);
create index erasures_person on erasures (person_id, at);
create table erasure_answers (
  person_id uuid, service text, kept jsonb not null, notices_due boolean not null, applied_at timestamptz not null,
  primary key (person_id, service)
);
create table kept_contacts (person_id uuid primary key, email text, phone text, since timestamptz not null);

grant select, insert, update, delete on erasures, erasure_answers, kept_contacts to {app};
