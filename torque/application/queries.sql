-- Statements about applications. Times leave as RFC 3339 text in UTC.

-- name: find
-- The revision an application shows: pinned, or the head of its model.
SELECT a.id, a.model_id, a.model_revision, a.name, a.label, a.status, a.config,
    to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(a.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at,
    coalesce(a.model_revision, m.revision) AS revision
FROM torque_applications a JOIN torque_models m ON m.id = a.model_id
WHERE a.name = $1 OR a.id::text = $1
ORDER BY a.id::text = $1 DESC
LIMIT 1;

-- name: list
SELECT id, model_id, model_revision, name, label, status, config,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at
FROM torque_applications
WHERE $1::uuid IS NULL OR model_id = $1
ORDER BY created_at, id;

-- name: find_model
SELECT id, name, display_name, revision FROM torque_models WHERE name = $1 OR id::text = $1;

-- name: names_like
SELECT name FROM torque_applications WHERE name = $1 OR name LIKE $1 || '-%';

-- name: insert
INSERT INTO torque_applications (id, model_id, name, label, status) VALUES ($1, $2, $3, $4, 'running');

-- name: set_status
UPDATE torque_applications SET status = $2, updated_at = now() WHERE id = $1 AND status <> $2;

-- name: writers
-- The transactions that write records now, whoever's: each holds this lock on the table from before its snapshot on.
SELECT DISTINCT l.virtualtransaction AS id FROM pg_locks l
WHERE l.locktype = 'relation' AND l.relation = 'entities'::regclass AND l.mode = 'RowExclusiveLock' AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- name: prepare_removal
-- There may be millions of records: it takes as long as it takes. `trusted` tells whether triggers can be left out.
SELECT set_config('statement_timeout', '0', true), has_parameter_privilege('session_replication_role', 'SET') AS trusted;

-- name: leave_triggers
-- All goes, so nothing that is left can refer to it, or sums it up: to ask that for each record takes twenty times as long.
SET LOCAL session_replication_role = replica;

-- name: defer_constraints
SET CONSTRAINTS ALL DEFERRED;

-- name: lock
SELECT id FROM torque_applications WHERE id = $1 FOR UPDATE;

-- name: token_credentials
SELECT hash FROM api_tokens WHERE application_id = $1 AND revoked_at IS NULL;

-- name: delete_links
DELETE FROM entity_relationships WHERE application_id = $1;

-- name: delete_keys
DELETE FROM entity_keys WHERE application_id = $1;

-- name: delete_counts
DELETE FROM entity_counts WHERE application_id = $1;

-- name: delete_idempotency
DELETE FROM idempotency_keys WHERE application_id = $1;

-- name: delete_formulas
DELETE FROM entity_formulas WHERE application_id = $1;

-- name: delete_outbox
DELETE FROM outbox WHERE application_id = $1;

-- name: delete_audit
DELETE FROM audit_log WHERE application_id = $1;

-- name: delete_node_executions
DELETE FROM xflow_node_executions WHERE application_id = $1;

-- name: delete_executions
DELETE FROM xflow_executions WHERE application_id = $1;

-- name: delete_records
DELETE FROM entities WHERE application_id = $1;

-- name: delete_summaries
DELETE FROM entity_summaries WHERE application_id = $1;

-- name: free_files
-- The bytes go with their rows, by whoever looks after files that no record holds.
UPDATE files SET unused_since = coalesce(unused_since, now()) WHERE application_id = $1;

-- name: ownerless
-- Applications that are gone and of which something is left. Every table is asked by its key for one id after the
-- other, so none is read through.
WITH RECURSIVE counted AS (
    (SELECT application_id AS id FROM entity_counts ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM entity_counts t WHERE t.application_id > counted.id ORDER BY 1 LIMIT 1)
    FROM counted WHERE counted.id IS NOT NULL
), repeated AS (
    (SELECT application_id AS id FROM idempotency_keys ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM idempotency_keys t WHERE t.application_id > repeated.id ORDER BY 1 LIMIT 1)
    FROM repeated WHERE repeated.id IS NOT NULL
), waiting AS (
    (SELECT application_id AS id FROM outbox ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM outbox t WHERE t.application_id > waiting.id ORDER BY 1 LIMIT 1)
    FROM waiting WHERE waiting.id IS NOT NULL
), executed AS (
    (SELECT application_id AS id FROM xflow_executions ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM xflow_executions t WHERE t.application_id > executed.id ORDER BY 1 LIMIT 1)
    FROM executed WHERE executed.id IS NOT NULL
)
SELECT DISTINCT f.id
FROM (SELECT id FROM counted UNION ALL SELECT id FROM repeated UNION ALL SELECT id FROM waiting
      UNION ALL SELECT id FROM executed) f
WHERE f.id IS NOT NULL AND NOT EXISTS (SELECT FROM torque_applications a WHERE a.id = f.id);

-- name: mark_left
-- Until all of an application is gone it counts something, so that whoever looks for leftovers finds it.
INSERT INTO entity_counts (application_id, entity_type, shard, n) VALUES ($1, '', 0, 0) ON CONFLICT DO NOTHING;

-- name: delete_application
DELETE FROM torque_applications WHERE id = $1;
