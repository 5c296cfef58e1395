-- A request and a change of its unit's holder come by two topics, in any order: whom it was filed for is held against the latest holder told.
-- No `not null`: the release before this one goes on writing requests until it is replaced; `rebuild tasks_2` fills in what it left out.
alter table open_requests add column holder_id uuid;

create table holder_changes (unit_id uuid primary key, version int not null default 0, holder_id uuid, changed_at timestamptz);

grant select, insert, update, delete on holder_changes to {app};

-- Nobody of that name will ever replay what it has parked; tasks_2 reads all of it anew.
delete from parked where reader = 'tasks_1';
