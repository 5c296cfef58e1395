-- When a paper is tried next is the worker's affair; what the view keeps follows from the events alone, and is compared with them.
create table paper_tries (
  stream text collate "C" not null, code text not null, next_try_at timestamptz not null, primary key (stream, code)
);
drop index papers_open;
alter table papers drop column next_try_at;
create index papers_open on papers (asked_at) where document_id is null;
grant select, insert, update, delete on paper_tries to {app};
