-- Who has shown a second factor; what the post office was handing over, and letters whose return somebody has seen to.

alter table staff add column enrolled boolean not null default false;
update staff set enrolled = true where state = 'active';

alter table mails add column handing_since timestamptz, add column to_file boolean not null default true, add column settled_at timestamptz;
create index mails_returned on mails (bounced_at) where bounced_at is not null and settled_at is null;
