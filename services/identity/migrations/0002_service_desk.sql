-- Blocks of log-ins and recoveries, so that an attendant can lift what still holds.

create table blocks (
  block_id uuid primary key, user_id uuid not null, person_id uuid not null, what text not null, until timestamptz not null,
  lifted_at timestamptz
);
create index blocks_person on blocks (person_id, until);

grant select, insert, update, delete on blocks to {app};
