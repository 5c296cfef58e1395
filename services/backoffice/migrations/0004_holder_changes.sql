-- A request and a change of its unit's holder come by two topics, in any order: which came first is said by when they were recorded.
alter table open_requests add column asked_at timestamptz not null default '-infinity';
alter table open_requests alter column asked_at drop default;

create table holder_changes (unit_id uuid primary key, changed_at timestamptz not null, recorded_at timestamptz not null);

grant select, insert, update, delete on holder_changes to {app};
