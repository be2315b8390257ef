-- Executions of workflows. Both tables are partitioned by started_at, so every statement names it.

-- name: insert_execution
INSERT INTO xflow_executions (id, application_id, xflow_id, xflow_name, model_revision, status, trigger, caller,
                              input, output, error, node_count, duration_ms, started_at, finished_at)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11::jsonb, $12, $13,
        $14::text::timestamptz, $15::text::timestamptz)

-- name: insert_node_executions
INSERT INTO xflow_node_executions (application_id, execution_id, position, node_id, node_type, status, attempt,
                                   input, output, error, logs, duration_ms, started_at, finished_at)
SELECT $1::uuid, $2::uuid, n.position, n.node_id, n.node_type, n.status, n.attempt,
       n.input, n.output, n.error, n.logs, n.duration_ms, n.started_at, n.started_at + n.duration_ms * interval '1 ms'
FROM jsonb_to_recordset($3::jsonb) AS n (position integer, node_id text, node_type text, status text, attempt integer,
                                         input jsonb, output jsonb, error jsonb, logs jsonb,
                                         duration_ms double precision, started_at timestamptz)

-- name: recent_executions
SELECT id, xflow_id, xflow_name, status, caller, error, node_count, duration_ms,
       to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS started_at
FROM xflow_executions
WHERE application_id = $1::uuid AND ($2::text IS NULL OR xflow_id = $2) AND started_at > now() - interval '90 days'
ORDER BY started_at DESC, id DESC
LIMIT $3

-- name: node_executions
SELECT position, node_id, node_type, status, attempt, input, output, error, logs, duration_ms
FROM xflow_node_executions
WHERE application_id = $1::uuid AND execution_id = $2::uuid AND started_at > now() - interval '90 days'
ORDER BY position

-- name: find_execution
-- Only for repeats, so it looks no further back than keys count.
SELECT id, xflow_id, status, output, error, duration_ms
FROM xflow_executions
WHERE application_id = $1::uuid AND id = $2::uuid AND started_at > now() - interval '25 hours'

-- name: claim_key
-- A key counts for 24 hours; nothing comes back when it is taken.
INSERT INTO idempotency_keys (application_id, caller, method, key, params_hash, result)
VALUES ($1::uuid, $2, $3, $4, $5, $6::jsonb)
ON CONFLICT (application_id, caller, method, key) DO UPDATE
SET params_hash = excluded.params_hash, result = excluded.result, created_at = now()
WHERE idempotency_keys.created_at <= now() - interval '24 hours'
RETURNING true

-- name: find_key
SELECT params_hash, result FROM idempotency_keys
WHERE application_id = $1::uuid AND caller = $2 AND method = $3 AND key = $4
    AND created_at > now() - interval '24 hours'
