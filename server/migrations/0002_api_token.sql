-- Credentials of integrators. The secret is stored only as a hash.

create table api_token (
    id           text primary key, -- the 16 public characters
    name         text not null,
    secret_hash  bytea not null constraint api_token_secret_hash_length check (octet_length(secret_hash) = 32),
    scope        text not null constraint api_token_scope check (scope in ('read', 'write')),
    created_at   timestamptz not null default statement_timestamp(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
