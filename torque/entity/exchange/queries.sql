-- Statements of import, export and emptying. Everything names one application.

-- name: prepare_load
-- A load is one long transaction: it may take its time, but a vanished host does not hold it for ever. It is trusted
-- to look at the targets of links itself where the user may say so.
SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '600s', true),
    set_config('lock_timeout', '30s', true), set_config('plan_cache_mode', 'force_generic_plan', true),
    has_parameter_privilege('session_replication_role', 'SET') AS trusted;

-- name: hold_targets
-- What the foreign key of links does for each of them, for all at once, in the order of the ids that are given: nobody
-- deletes these until the load ends.
SELECT r.id FROM unnest($2::uuid[]) AS w (id) CROSS JOIN LATERAL (
    SELECT e.id FROM entities e WHERE e.application_id = $1 AND e.id = w.id OFFSET 0 FOR KEY SHARE
) AS r;

-- name: leave_keys
SET LOCAL session_replication_role = replica;

-- name: keep_keys
SET LOCAL session_replication_role = origin;

-- name: defer_constraints
SET CONSTRAINTS ALL DEFERRED;

-- name: check_constraints
SET CONSTRAINTS ALL IMMEDIATE;

-- name: steady
-- What is planned once, while there is little or nothing, must not read all of it for every batch that follows.
SET LOCAL enable_seqscan = off;

-- name: flexible
SET LOCAL enable_seqscan = on;

-- name: fresh_rules
SELECT w.id FROM unnest($2::text[]) AS w (id)
WHERE NOT EXISTS (SELECT 1 FROM entity_keys k WHERE k.application_id = $1 AND k.constraint_id = w.id);

-- name: types
SELECT r.id, r.entity_type FROM unnest($2::uuid[]) AS w (id) CROSS JOIN LATERAL (
    SELECT e.id, e.entity_type FROM entities e WHERE e.application_id = $1 AND e.id = w.id OFFSET 0
) AS r;

-- name: lock
-- In the order of the ids that are given.
SELECT r.* FROM unnest($2::uuid[]) AS w (id) CROSS JOIN LATERAL (
    SELECT e.id, e.data, e.version,
        to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
        to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
    FROM entities e WHERE e.application_id = $1 AND e.id = w.id OFFSET 0 FOR NO KEY UPDATE
) AS r;

-- name: sources
-- Whatever refers to records that never came, with the first reference that does; and records that are wrong themselves.
SELECT e.id, e.entity_type, e.version, w.link_key, w.position, w.target_id FROM (
    SELECT DISTINCT ON (r.source_id) r.source_id AS id, r.link_key, r.position, r.target_id FROM entity_relationships r
    WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[]) ORDER BY r.source_id, r.link_key, r.position) AS w
JOIN entities e ON e.application_id = $1 AND e.id = w.id
UNION ALL
SELECT e.id, e.entity_type, e.version, NULL, NULL, NULL FROM entities e
WHERE e.application_id = $1 AND e.id = ANY($3::uuid[]);

-- name: hold_rows
-- Which row of its file a record came from, where that may have to be told at the end.
CREATE TEMP TABLE import_rows (id uuid, entity_row bigint) ON COMMIT DROP;

-- name: find_rows
CREATE INDEX ON import_rows (id);

-- name: weigh_rows
ANALYZE import_rows;

-- name: first_rows
SELECT n.id, n.entity_row FROM import_rows n WHERE n.id = ANY($1::uuid[]) ORDER BY n.entity_row LIMIT $2;

-- name: remove_links
DELETE FROM entity_relationships WHERE application_id = $1 AND source_id = ANY($2::uuid[]);

-- name: remove_keys
DELETE FROM entity_keys WHERE application_id = $1 AND entity_id = ANY($2::uuid[]);

-- name: remove_records
DELETE FROM entities WHERE application_id = $1 AND id = ANY($2::uuid[]);

-- name: remove_letters
DELETE FROM outbox WHERE application_id = $1 AND entity_id = ANY($2::uuid[]);

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

-- name: letters_of
-- What follows these records: nobody else sees the letters of this load before it ends.
SELECT o.id, o.payload AS text FROM outbox o WHERE o.application_id = $1 AND o.entity_id = ANY($2::uuid[]);

-- name: move_letters
UPDATE outbox o SET payload = w.text::jsonb FROM unnest($2::uuid[], $3::text[]) AS w (id, text)
WHERE o.application_id = $1 AND o.id = w.id;

-- name: entries_of
SELECT l.id, l.new AS text FROM audit_log l WHERE l.application_id = $1 AND l.entity_id = ANY($2::uuid[])
    AND l.at > now() - interval '1 hour' AND l.action = 'update' AND l.new IS NOT NULL;

-- name: move_entries
UPDATE audit_log l SET new = w.text::jsonb FROM unnest($2::uuid[], $3::text[]) AS w (id, text)
WHERE l.application_id = $1 AND l.id = w.id AND l.at > now() - interval '1 hour';

-- name: move_links
UPDATE entity_relationships r SET target_id = w.new FROM unnest($2::uuid[], $3::uuid[]) AS w (old, new)
WHERE r.application_id = $1 AND r.target_id = w.old;

-- name: hold_links
-- Many-to-many links that wait for the end of the load, when all records are there and have their ids.
CREATE TEMP TABLE import_links
    (step int, owner uuid, entity_row bigint, place int, other uuid, value text COLLATE "C") ON COMMIT DROP;

-- name: hold_owners
-- The records whose links are told; of those that were there before, the links become those and no others.
CREATE TEMP TABLE import_owners (step int, owner uuid, replaced boolean) ON COMMIT DROP;

-- name: find_links
CREATE INDEX ON import_links (step, owner);

-- name: weigh_links
-- Without it the planner takes these tables for small ones.
ANALYZE import_links, import_owners;

-- name: name_links
UPDATE import_links l SET other = k.entity_id FROM entity_keys k
WHERE l.step = $2 AND l.other IS NULL AND k.application_id = $1 AND k.constraint_id = $3 AND k.value = l.value;

-- name: hold_others
-- The records that links lead from stay until the load ends, and nobody takes their next places.
SELECT count(*) FROM (SELECT e.id FROM entities e
    WHERE e.application_id = $1 AND e.id IN (SELECT l.other FROM import_links l WHERE l.step = $2)
    ORDER BY e.id FOR NO KEY UPDATE) AS held;

-- name: hold_linked
-- The records that links lead to stay as well.
SELECT count(*) FROM (SELECT e.id FROM entities e
    WHERE e.application_id = $1 AND e.id IN (SELECT l.other FROM import_links l WHERE l.step = $2)
    ORDER BY e.id FOR KEY SHARE) AS held;

-- name: broken_links
SELECT l.owner, l.entity_row, l.place, l.value,
    EXISTS (SELECT 1 FROM import_owners o WHERE o.step = $2 AND o.owner = l.owner AND o.replaced) AS replaced
FROM import_links l
LEFT JOIN entities e ON e.application_id = $1 AND e.id = l.other AND e.entity_type = $3
WHERE l.step = $2 AND e.id IS NULL ORDER BY l.entity_row, l.place;

-- name: forget_links
DELETE FROM import_links WHERE owner = ANY($1::uuid[]);

-- name: forget_owners
DELETE FROM import_owners WHERE owner = ANY($1::uuid[]);

-- name: audit_links
-- What changes at the end that the load wrote, as single writes log it.
INSERT INTO audit_log
    (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
SELECT $4::text::timestamptz, gen_random_uuid(), $1, $5, c.owner, 'link', $6, $7, $8, $9,
    CASE WHEN $10 THEN jsonb_build_object($12::text, c.old) END, CASE WHEN $10 THEN jsonb_build_object($12::text, c.new) END
FROM (SELECT o.owner, coalesce(b.ids, '[]') AS old, coalesce(a.ids, '[]') AS new FROM import_owners o
    LEFT JOIN (SELECT w.owner, jsonb_agg(w.other ORDER BY w.position, w.other) AS ids FROM (
            SELECT h.owner, r.target_id AS other, r.position FROM import_owners h JOIN entity_relationships r
            ON r.application_id = $1 AND r.source_id = h.owner AND r.link_key = $3 WHERE NOT $11 AND h.step = $2 AND h.replaced
            UNION ALL SELECT h.owner, r.source_id, 0 FROM import_owners h JOIN entity_relationships r
            ON r.application_id = $1 AND r.target_id = h.owner AND r.link_key = $3 WHERE $11 AND h.step = $2 AND h.replaced
        ) AS w GROUP BY w.owner) AS b ON b.owner = o.owner
    LEFT JOIN (SELECT n.owner, jsonb_agg(n.other ORDER BY n.place) AS ids FROM (SELECT l.owner, l.other, min(l.place) AS place
            FROM import_links l WHERE l.step = $2 GROUP BY l.owner, l.other) AS n GROUP BY n.owner) AS a ON a.owner = o.owner
    WHERE o.step = $2) AS c
WHERE c.old <> c.new;

-- name: unlink_from
DELETE FROM entity_relationships r USING import_owners o
WHERE o.step = $2 AND o.replaced AND r.application_id = $1 AND r.source_id = o.owner AND r.link_key = $3
    AND NOT EXISTS (SELECT 1 FROM import_links l WHERE l.step = $2 AND l.owner = o.owner AND l.other = r.target_id);

-- name: unlink_to
DELETE FROM entity_relationships r USING import_owners o
WHERE o.step = $2 AND o.replaced AND r.application_id = $1 AND r.target_id = o.owner AND r.link_key = $3
    AND NOT EXISTS (SELECT 1 FROM import_links l WHERE l.step = $2 AND l.owner = o.owner AND l.other = r.source_id);

-- name: link_all
-- Each link once, behind those that its source has. Records that this load made have none, unless ($5 is false) it led
-- to them already.
INSERT INTO entity_relationships (application_id, link_key, source_id, target_id, position)
SELECT $1, $3, w.source_id, w.target_id,
    CASE WHEN w.fresh THEN -1 ELSE coalesce((SELECT max(r.position) FROM entity_relationships r
        WHERE r.application_id = $1 AND r.source_id = w.source_id AND r.link_key = $3), -1) END
    + row_number() OVER (PARTITION BY w.source_id ORDER BY w.entity_row, w.place)
FROM (SELECT CASE WHEN $4 THEN l.other ELSE l.owner END AS source_id,
        CASE WHEN $4 THEN l.owner ELSE l.other END AS target_id, min(l.entity_row) AS entity_row, min(l.place) AS place,
        $5 AND NOT $4 AND bool_and(o.owner IS NULL) AS fresh
    FROM import_links l
    LEFT JOIN (SELECT DISTINCT k.owner FROM import_owners k WHERE k.step = $2 AND k.replaced) AS o ON o.owner = l.owner
    WHERE l.step = $2 GROUP BY 1, 2) AS w
WHERE w.fresh OR NOT EXISTS (SELECT 1 FROM entity_relationships r WHERE r.application_id = $1
    AND r.source_id = w.source_id AND r.link_key = $3 AND r.target_id = w.target_id);

-- name: links_out
-- Record by record, because what was just loaded has no statistics: the planner would read all links for each batch.
SELECT w.id AS owner, r.other FROM unnest($2::uuid[]) WITH ORDINALITY AS w (id, place) CROSS JOIN LATERAL (
    SELECT l.target_id AS other, l.position FROM entity_relationships l
    WHERE l.application_id = $1 AND l.source_id = w.id AND l.link_key = $3 OFFSET 0) AS r
ORDER BY w.place, r.position;

-- name: links_in
SELECT w.id AS owner, r.other FROM unnest($2::uuid[]) WITH ORDINALITY AS w (id, place) CROSS JOIN LATERAL (
    SELECT l.source_id AS other FROM entity_relationships l
    WHERE l.application_id = $1 AND l.target_id = w.id AND l.link_key = $3 OFFSET 0) AS r
ORDER BY w.place, r.other;
