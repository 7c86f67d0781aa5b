-- Whose usage the tiers of a charge count, where its product has a group key: each group value's own, as ever, or that of
-- all of them together.
alter table charge
    add column tier_scope text not null default 'PER_GROUP'
        constraint charge_tier_scope check (tier_scope in ('PER_GROUP', 'ACROSS_GROUPS'));
