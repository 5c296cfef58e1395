-- The announcement as the trigger's condition: the same lock, taken without calling a function for every statement
-- (bench/README.md). Nobody takes this lock exclusively, so asking for it is having it; the function is for the day it is not.

create or replace function events_announce() returns trigger language plpgsql as $$
begin
  raise exception 'the announcement was refused: nothing may be appended unannounced';
end $$;
drop trigger events_announce on events;
create trigger events_announce before insert on events for each statement
  when (not pg_try_advisory_xact_lock_shared((17750::bigint << 48) | coalesce(pg_sequence_last_value('events_position_seq'), 0)))
  execute function events_announce();
