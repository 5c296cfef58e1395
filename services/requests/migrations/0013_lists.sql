-- Lists that are read page by page: each order has its index, with the id that tells rows of one instant apart.
drop index budget_requests_state;
create index budget_requests_state on budget_requests (state, filed_at, request_id);
drop index commissionings_state;
create index commissionings_state on commissionings (state, filed_at, commissioning_id);
create index commissionings_responsible on commissionings (responsible_id, started_at);
