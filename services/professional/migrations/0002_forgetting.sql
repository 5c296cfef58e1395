-- Whose files are to be deleted from the file store; a row goes when they are gone.

create table forgotten_streams (stream text collate "C" primary key, before timestamptz not null);

grant select, insert, delete on forgotten_streams to {app};
