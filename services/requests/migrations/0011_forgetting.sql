-- Who asked to be forgotten while something of theirs may still be under way, and whose files are to be deleted from the file store.
create table erased_people (person_id uuid primary key, event_id uuid not null, at timestamptz not null);
create table forgotten_streams (stream text collate "C" primary key, before timestamptz not null);
create index commissionings_starter on commissionings (started_by, started_at);
grant select, insert, update, delete on erased_people to {app};
grant select, insert, delete on forgotten_streams to {app};
