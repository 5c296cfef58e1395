-- What people accepted, which contact they are proving, and what follows once they asked to be forgotten.

alter table accounts add column terms_version text, add column terms_accepted_at timestamptz, add column email_at timestamptz;

-- The code that is out, one for each account and purpose; an older one is void.
create table contact_proofs (
  user_id uuid, purpose text, proof_id uuid not null, person_id uuid not null, sent_at timestamptz not null, primary key (user_id, purpose)
);

grant select, insert, update, delete on contact_proofs to {app};
