-- What only a supervisor may decide: reviews of filings whose access had ended, and requests whose unit has another holder.

alter table reviews add column escalated boolean not null default false;

create table open_requests (
  subject_stream text collate "C" primary key, unit_id uuid not null, protocol text not null
);
create index open_requests_unit on open_requests (unit_id);

grant select, insert, update, delete on open_requests to {app};
