-- Before which instant no invoice of a customer plan is finalized, however long its periods are over: whoever starts a plan
-- in the past has time to send what was used in it. Plans of before wait for nothing but their grace periods.
alter table customer_plan
    add column finalize_after timestamptz not null default statement_timestamp();

update customer_plan set finalize_after = starting_on;
