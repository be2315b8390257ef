-- name: lock_register
SELECT pg_advisory_xact_lock($1::bigint)

-- name: forget_dead
DELETE FROM hosts WHERE lease_until < now() - interval '1 hour'

-- name: register
INSERT INTO hosts (run_id, host, pid, workers, lease_until, address)
VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), $6)
ON CONFLICT (run_id) DO UPDATE SET lease_until = excluded.lease_until

-- name: addresses
SELECT address FROM hosts WHERE host = $1 AND lease_until > now() AND address <> '' ORDER BY started_at DESC

-- name: others
SELECT count(*) FROM hosts WHERE run_id <> $1 AND lease_until > now()

-- name: others_lately
SELECT count(*) FROM hosts WHERE run_id <> $1 AND lease_until > now() - make_interval(secs => $2)

-- name: leave
DELETE FROM hosts WHERE run_id = $1

-- name: end_backends
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1

-- name: count_backends
SELECT count(*) FROM pg_stat_activity WHERE application_name = $1

-- name: connection_room
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int
