-- Statements about records. `:name` stands for an argument and is numbered when a statement is put together;
-- parts of one write (`create_*`, `update_*`) are common table expressions that go into one statement.
-- Lists of values travel as the text of an array, lists of JSON as one JSON array: the driver looks at each element of
-- an array twice, which for a batch costs more than everything else it does. `plan_cache_mode` is for the checks of
-- foreign keys: left to itself Postgres plans each of them anew, for a partitioned table, at four times the cost.
-- Everything names one application. A write waits for other transactions' locks only as long as `:patience`.

-- name: read
-- One look into the primary key for each id: `= ANY`, planned before there are statistics, runs through all records of
-- the application by another index. OFFSET keeps it from becoming a join. Rows are packed, for `unpack_rows`: the driver
-- then makes one value of each and not six, and nobody writes times by a pattern.
SELECT record_send(r) FROM unnest($2::text::uuid[]) AS w (id) CROSS JOIN LATERAL (
    SELECT e.id, e.data, e.version, e.created_at, e.updated_at, e.entity_type
    FROM entities e
    WHERE e.application_id = $1 AND e.id = w.id
    OFFSET 0
) AS r;

-- name: read_locked
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.id = $2
FOR NO KEY UPDATE;

-- name: types
SELECT e.id, e.entity_type FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]);

-- name: met
-- As types, of a few records, looked up as in `read`.
SELECT $1::uuid, e.id, e.entity_type FROM unnest($2::text::uuid[]) AS w (id) CROSS JOIN LATERAL (
    SELECT e.id, e.entity_type FROM entities e
    WHERE e.application_id = $1 AND e.id = w.id
    OFFSET 0
) AS e;

-- name: key_owners
-- One look into the primary key for each value, whatever the statistics say: the other index begins with the application
-- as well, and only the order tells the planner that it is none.
SELECT r.constraint_id, r.value, r.entity_id
FROM unnest($2::text[], $3::text[]) AS w (constraint_id, value) CROSS JOIN LATERAL (
    SELECT k.constraint_id, k.value, k.entity_id FROM entity_keys k
    WHERE k.application_id = $1 AND k.constraint_id = w.constraint_id AND k.value >= w.value AND k.value <= w.value
    ORDER BY k.value LIMIT 1
) AS r;

-- name: settings
SELECT key, value FROM system_config WHERE key IN ('text_collation', 'cursor_secret');

-- name: indexed_types
SELECT value FROM system_config WHERE key = 'indexed_types';

-- name: keep_secret
INSERT INTO system_config (key, value) VALUES ('cursor_secret', $1) ON CONFLICT (key) DO NOTHING;

-- name: find_repeat
-- A key counts for 24 hours.
SELECT params_hash, result FROM idempotency_keys
WHERE application_id = $1 AND caller = $2 AND method = $3 AND key = $4 AND created_at > now() - interval '24 hours';

-- name: drop_old_keys
DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours';

-- name: audit
-- At a time after that of whoever was waited for: the transaction may have begun before.
INSERT INTO audit_log
    (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
SELECT statement_timestamp(), gen_random_uuid(), $1, a.entity_type, a.id, a.action, $2, $3, $4, $5, a.old, a.new
FROM unnest($6::text[], $7::uuid[], $8::text[], $9::jsonb[], $10::jsonb[]) AS a (entity_type, id, action, old, new);

-- name: links_from
SELECT target_id FROM entity_relationships
WHERE application_id = $1 AND source_id = $2 AND link_key = $3 ORDER BY position;

-- name: links_to
SELECT source_id FROM entity_relationships
WHERE application_id = $1 AND target_id = $2 AND link_key = $3 ORDER BY source_id;

-- name: hold
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.id = ANY($2::uuid[])
ORDER BY e.id
FOR NO KEY UPDATE;

-- name: owners
-- As `key_owners`, of one rule.
SELECT r.value, r.entity_id FROM unnest($3::text[]) AS w (value) CROSS JOIN LATERAL (
    SELECT k.value, k.entity_id FROM entity_keys k
    WHERE k.application_id = $1 AND k.constraint_id = $2 AND k.value >= w.value AND k.value <= w.value
    ORDER BY k.value LIMIT 1
) AS r;

-- name: find_repeats
SELECT key, params_hash, result FROM idempotency_keys
WHERE application_id = $1 AND caller = $2 AND method = $3 AND key = ANY($4::text[])
    AND created_at > now() - interval '24 hours';

-- name: follow
INSERT INTO outbox (application_id, id, kind, entity_type, entity_id, payload)
SELECT $1, gen_random_uuid(), $2, l.entity_type, l.id, l.letter
FROM unnest($3::text[], $4::uuid[], $5::jsonb[]) AS l (entity_type, id, letter);

-- name: due_applications
-- Which applications have something to deliver; what is taken names each of them.
SELECT DISTINCT application_id FROM outbox WHERE kind = $1 AND due_at <= now();

-- name: claim_letters
UPDATE outbox o SET due_at = now() + make_interval(secs => $3), attempts = o.attempts + 1
WHERE o.application_id = $1 AND o.id IN (
    SELECT i.id FROM outbox i WHERE i.application_id = $1 AND i.kind = $2 AND i.due_at <= now()
    ORDER BY i.due_at, i.id LIMIT $4
    FOR UPDATE SKIP LOCKED
)
RETURNING o.id, o.entity_type, o.entity_id, o.payload, o.attempts;

-- name: letter_done
DELETE FROM outbox WHERE application_id = $1 AND id = $2;

-- name: letter_again
UPDATE outbox SET due_at = now() + make_interval(secs => $3) WHERE application_id = $1 AND id = $2;
