-- The currencies that the vendor added since: Danish kroner and renminbi. A custom unit of such a name stays what it is,
-- as drafts in it would otherwise be rounded from now on.
insert into credit_type (id, name, is_currency) values
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0015', 'DKK', true),
    ('6c3f2c02-0d5e-5d3c-9a54-0a1f6f3a0016', 'CNY', true)
on conflict (name) do nothing;
