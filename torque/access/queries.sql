-- Statements about tokens, sessions and sign-in links. Times leave as RFC 3339 text in UTC.

-- name: find_credential
-- One look for tokens and sessions; a token's last use is noted at most once an hour.
WITH used AS (
    UPDATE api_tokens SET last_used_at = now()
    WHERE hash = $1 AND revoked_at IS NULL AND (last_used_at IS NULL OR last_used_at < now() - interval '1 hour')
)
SELECT id, name, role, application_id, extract(epoch FROM expires_at)::float8 AS expires_at
FROM api_tokens
WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
UNION ALL
SELECT id, name, role, NULL, extract(epoch FROM expires_at)::float8
FROM sessions
WHERE hash = $1 AND expires_at > now();

-- name: insert_token
INSERT INTO api_tokens (id, name, hash, role, application_id, expires_at)
VALUES ($1, $2, $3, $4, $5, to_timestamp($6::float8))
RETURNING to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS expires_at;

-- name: list_tokens
SELECT id, name, role, application_id,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS expires_at,
    to_char(revoked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS revoked_at,
    to_char(last_used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS last_used_at
FROM api_tokens
ORDER BY created_at, id;

-- name: credentials_of
SELECT hash FROM api_tokens WHERE id::text = $1 OR name = $1;

-- name: revoke_tokens
UPDATE api_tokens SET revoked_at = now()
WHERE (id::text = $1 OR name = $1) AND revoked_at IS NULL
RETURNING hash;

-- name: find_application
SELECT id FROM torque_applications WHERE name = $1 OR id::text = $1;

-- name: insert_link
INSERT INTO sign_in_links (hash, expires_at) VALUES ($1, now() + make_interval(secs => $2::float8));

-- name: redeem_link
WITH link AS (
    UPDATE sign_in_links SET used_at = now()
    WHERE hash = $1 AND used_at IS NULL AND expires_at > now()
    RETURNING hash
)
INSERT INTO sessions (id, hash, name, role, expires_at)
SELECT $2, $3, $4, $5, now() + make_interval(secs => $6::float8) FROM link
RETURNING extract(epoch FROM expires_at)::float8 AS expires_at;

-- name: delete_session
DELETE FROM sessions WHERE hash = $1 RETURNING hash;

-- name: sweep
WITH links AS (
    DELETE FROM sign_in_links WHERE expires_at < now() - interval '1 day'
)
DELETE FROM sessions WHERE expires_at < now();

-- name: notify
SELECT pg_notify('torque', $1);
