-- Statements of import, export and emptying. Everything names one application.

-- name: prepare_load
-- A load is one long transaction: it may take its time, but a vanished host does not hold it for ever. It is trusted
-- to look at the targets of links itself where the user may say so.
SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '600s', true),
    set_config('lock_timeout', '30s', true), set_config('plan_cache_mode', 'force_generic_plan', true),
    has_parameter_privilege('session_replication_role', 'SET') AS trusted;

-- name: hold_targets
-- What the foreign key of links does for each of them, for all at once: nobody deletes these until the load ends.
SELECT e.id FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]) ORDER BY e.id FOR KEY SHARE;

-- name: leave_keys
SET LOCAL session_replication_role = replica;

-- name: keep_keys
SET LOCAL session_replication_role = origin;

-- name: defer_constraints
SET CONSTRAINTS ALL DEFERRED;

-- name: keys_of_rule
SELECT k.value, k.entity_id FROM entity_keys k
WHERE k.application_id = $1 AND k.constraint_id = $2 AND k.value = ANY($3::text[]);

-- name: keys
SELECT k.constraint_id, k.value, k.entity_id
FROM unnest($2::text[], $3::text[]) AS w (constraint_id, value)
JOIN entity_keys k ON k.application_id = $1 AND k.constraint_id = w.constraint_id AND k.value = w.value;

-- name: fresh_rules
SELECT w.id FROM unnest($2::text[]) AS w (id)
WHERE NOT EXISTS (SELECT 1 FROM entity_keys k WHERE k.application_id = $1 AND k.constraint_id = w.id);

-- name: types
SELECT e.id, e.entity_type FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]);

-- name: lock
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.id = ANY($2::uuid[])
ORDER BY e.id
FOR NO KEY UPDATE;

-- name: sources
-- Whatever refers to records that never came.
SELECT DISTINCT e.id, e.entity_type, e.version
FROM entity_relationships r JOIN entities e ON e.application_id = r.application_id AND e.id = r.source_id
WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[]);

-- name: remove_links
DELETE FROM entity_relationships WHERE application_id = $1 AND source_id = ANY($2::uuid[]);

-- name: remove_keys
DELETE FROM entity_keys WHERE application_id = $1 AND entity_id = ANY($2::uuid[]);

-- name: remove_records
DELETE FROM entities WHERE application_id = $1 AND id = ANY($2::uuid[]);

-- name: audit
-- One row for a batch, under the batch's own id: its records lie between the first id and the last.
INSERT INTO audit_log
    (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, new)
VALUES ($1::text::timestamptz, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: count_up
INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
SELECT $1, t.entity_type, pg_backend_pid() & 63, t.n FROM unnest($2::text[], $3::bigint[]) AS t (entity_type, n)
ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n;

-- name: empty_links
DELETE FROM entity_relationships WHERE application_id = $1;

-- name: empty_keys
DELETE FROM entity_keys WHERE application_id = $1;

-- name: empty_records
DELETE FROM entities WHERE application_id = $1;

-- name: empty_counts
DELETE FROM entity_counts WHERE application_id = $1;

-- name: empty_repeats
DELETE FROM idempotency_keys WHERE application_id = $1;

-- name: some_ids
-- Ids of records to refer to.
SELECT e.id FROM entities e WHERE e.application_id = $1 AND e.entity_type = $2 ORDER BY e.created_at, e.id LIMIT $3;

-- name: counts
SELECT entity_type, sum(n)::bigint AS n FROM entity_counts WHERE application_id = $1 GROUP BY entity_type;

-- name: key_values
-- What records are known by, to write references to them by key.
SELECT e.id, e.data -> $3 AS value FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]);

-- name: referring
SELECT DISTINCT e.id, e.data FROM entity_relationships r
JOIN entities e ON e.application_id = r.application_id AND e.id = r.source_id
WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[]);

-- name: move_records
UPDATE entities e SET data = w.data::jsonb FROM unnest($2::uuid[], $3::text[]) AS w (id, data)
WHERE e.application_id = $1 AND e.id = w.id;

-- name: keys_of_records
SELECT k.constraint_id, k.value FROM entity_keys k WHERE k.application_id = $1 AND k.entity_id = ANY($2::uuid[]);

-- name: move_keys
UPDATE entity_keys k SET value = w.new FROM unnest($2::text[], $3::text[], $4::text[]) AS w (rule, old, new)
WHERE k.application_id = $1 AND k.constraint_id = w.rule AND k.value = w.old;

-- name: move_links
UPDATE entity_relationships r SET target_id = w.new FROM unnest($2::uuid[], $3::uuid[]) AS w (old, new)
WHERE r.application_id = $1 AND r.target_id = w.old;
