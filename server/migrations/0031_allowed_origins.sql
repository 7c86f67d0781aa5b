-- The origins whose pages may frame the dashboards, beside those of the configuration, and the frames that were refused.
create table allowed_origin (
    -- As browsers write it: https://app.example.com, https://*.example.com, http://localhost:3000.
    origin     text collate "C" constraint allowed_origin_pkey primary key,
    created_at timestamptz not null
);

-- One row for each origin and what refused it, kept for 90 days after the last time.
create table refused_embed (
    origin           text collate "C" not null,
    -- The list that does not have it: that of the server, or the one that its URL carries.
    refused_by       text collate "C" not null constraint refused_embed_refused_by check (refused_by in ('server', 'url')),
    times            bigint not null,
    first_refused_at timestamptz not null,
    last_refused_at  timestamptz not null,
    constraint refused_embed_pkey primary key (origin, refused_by)
);
