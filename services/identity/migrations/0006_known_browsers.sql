-- In which browsers somebody is known: each seal carries a generation, and the next generation leaves all of them strangers.

create table known_browsers (subject_id uuid primary key, generation int not null);

grant select, insert, update, delete on known_browsers to {app};

-- The kept contact of an erased person goes once no notice is due and no letter that is owed waits any more.
alter table kept_contacts add column over boolean not null default false;
