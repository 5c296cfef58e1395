-- What still runs is few beside all that ever ran: counted every minute, without reading the rest.
create index clocks_running on clocks (clock, due_on) where ended_at is null and bound = 'distributor';
