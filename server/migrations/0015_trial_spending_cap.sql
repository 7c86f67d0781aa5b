-- A trial is a billing period of its own, whose usage is free up to a cap. A customer plan whose trial is not billed yet
-- may hold the end of a longer or a shorter first period: finalizing comes a little late, or finds nothing due, and sets
-- it right.
alter table customer_plan
    add column trial_spending_cap numeric
        constraint customer_plan_trial_spending_cap check (trial_spending_cap > 0);
