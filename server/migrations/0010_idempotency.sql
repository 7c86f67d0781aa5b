-- Answers by Idempotency-Key, kept for a day, so that a call that is sent again is not carried out again.

create table idempotency_key (
    -- the public part of the API token: keys of two tokens have nothing to do with each other
    token_id text not null,
    key text not null,
    -- SHA-256 of method, path, query and body; the request itself is not kept
    request_hash bytea not null,
    -- which try holds the key; an older one that still runs can no longer commit
    attempt integer not null default 1,
    claimed_at timestamptz not null,
    -- set in the transaction that carries the call out, so that both are there or neither
    effect_at timestamptz,
    -- the answer, once it is known
    status smallint,
    content_type text,
    body bytea,
    constraint idempotency_key_pkey primary key (token_id, key),
    constraint idempotency_key_answer check ((status is null) = (body is null))
);

-- for the job that removes old ones
create index idempotency_key_claimed_at_idx on idempotency_key using brin (claimed_at);
