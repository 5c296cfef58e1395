-- Lists and exports are read in the order of an index, never by looking at every row.
create index reviews_filed on reviews (filed_at, review_id);
create index exports_made on exports (made_at, id);
drop index connected_plants_on;
create index connected_plants_on on connected_plants (connected_on, protocol, commissioning_id);
