-- Statements of the check of stored records. Everything names one application, but what looks for those that are gone.

-- name: page
SELECT e.id, e.entity_type, e.data FROM entities e
WHERE e.application_id = $1 AND e.id > $2 ORDER BY e.id LIMIT $3;

-- name: hold
SELECT e.id, e.entity_type, e.data FROM entities e
WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]) ORDER BY e.id FOR NO KEY UPDATE;

-- name: links_of
SELECT r.source_id, r.link_key, r.target_id, r.position FROM entity_relationships r
WHERE r.application_id = $1 AND r.source_id = ANY($2::uuid[]);

-- name: types_of
SELECT e.id, e.entity_type FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]);

-- name: links_of_nobody
SELECT DISTINCT r.source_id FROM entity_relationships r
WHERE r.application_id = $1 AND NOT EXISTS (
    SELECT 1 FROM entities e WHERE e.application_id = $1 AND e.id = r.source_id);

-- name: keys_of_nobody
SELECT DISTINCT k.entity_id FROM entity_keys k
WHERE k.application_id = $1 AND NOT EXISTS (
    SELECT 1 FROM entities e WHERE e.application_id = $1 AND e.id = k.entity_id);

-- name: drop_links_of_nobody
DELETE FROM entity_relationships r WHERE r.application_id = $1 AND r.source_id = ANY($2::uuid[]) AND NOT EXISTS (
    SELECT 1 FROM entities e WHERE e.application_id = r.application_id AND e.id = r.source_id);

-- name: drop_keys_of_nobody
DELETE FROM entity_keys k WHERE k.application_id = $1 AND k.entity_id = ANY($2::uuid[]) AND NOT EXISTS (
    SELECT 1 FROM entities e WHERE e.application_id = k.application_id AND e.id = k.entity_id);

-- name: touch
-- Each gets a new place though nothing changes: a write that began before and does not see what is put beside it now
-- leaves it alone then, and is repeated.
UPDATE entities SET version = version WHERE application_id = $1 AND id = ANY($2::uuid[]);

-- name: drop_links
DELETE FROM entity_relationships r
USING unnest($2::uuid[], $3::text[], $4::int[]) AS w (source_id, link_key, position)
WHERE r.application_id = $1 AND r.source_id = w.source_id AND r.link_key = w.link_key AND r.position = w.position;

-- name: add_links
INSERT INTO entity_relationships (application_id, source_id, link_key, target_id, position)
SELECT $1, w.source_id, w.link_key, w.target_id, w.position
FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::int[]) AS w (source_id, link_key, target_id, position)
ON CONFLICT (application_id, source_id, link_key, position) DO UPDATE SET target_id = excluded.target_id;

-- name: wrong_counts
SELECT coalesce(k.entity_type, r.entity_type) AS entity_type, coalesce(k.n, 0)::bigint AS kept,
    coalesce(r.n, 0)::bigint AS records
FROM (SELECT c.entity_type, sum(c.n) AS n FROM entity_counts c WHERE c.application_id = $1 GROUP BY 1) k
FULL JOIN (SELECT e.entity_type, count(*) AS n FROM entities e WHERE e.application_id = $1 GROUP BY 1) r
    ON r.entity_type = k.entity_type
WHERE coalesce(k.n, 0) <> coalesce(r.n, 0)
ORDER BY 1;

-- name: correct_count
-- Count and records are of one moment; what others add meanwhile they add to both.
INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
SELECT $1, $2, pg_backend_pid() & 63,
    (SELECT count(*) FROM entities e WHERE e.application_id = $1 AND e.entity_type = $2)
    - (SELECT coalesce(sum(k.n), 0) FROM entity_counts k WHERE k.application_id = $1 AND k.entity_type = $2)
ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n;

-- name: records
SELECT coalesce(sum(n), 0)::bigint FROM entity_counts WHERE application_id = $1;

-- name: patience
SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '10s', true);

-- name: known
SELECT value FROM system_config WHERE key = 'large_types';

-- name: ownerless
-- Applications that are gone and of whose records something is left. Every table is asked by its key for one id after
-- the other, so none is read through.
WITH RECURSIVE recorded AS (
    (SELECT application_id AS id FROM entities ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM entities t WHERE t.application_id > recorded.id ORDER BY 1 LIMIT 1)
    FROM recorded WHERE recorded.id IS NOT NULL
), linked AS (
    (SELECT application_id AS id FROM entity_relationships ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM entity_relationships t WHERE t.application_id > linked.id ORDER BY 1 LIMIT 1)
    FROM linked WHERE linked.id IS NOT NULL
), keyed AS (
    (SELECT application_id AS id FROM entity_keys ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM entity_keys t WHERE t.application_id > keyed.id ORDER BY 1 LIMIT 1)
    FROM keyed WHERE keyed.id IS NOT NULL
), counted AS (
    (SELECT application_id AS id FROM entity_counts ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM entity_counts t WHERE t.application_id > counted.id ORDER BY 1 LIMIT 1)
    FROM counted WHERE counted.id IS NOT NULL
), summed AS (
    (SELECT application_id AS id FROM entity_summaries ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT t.application_id FROM entity_summaries t WHERE t.application_id > summed.id ORDER BY 1 LIMIT 1)
    FROM summed WHERE summed.id IS NOT NULL
)
SELECT DISTINCT f.id
FROM (SELECT id FROM recorded UNION ALL SELECT id FROM linked UNION ALL SELECT id FROM keyed
      UNION ALL SELECT id FROM counted UNION ALL SELECT id FROM summed) f
WHERE f.id IS NOT NULL AND NOT EXISTS (SELECT FROM torque_applications a WHERE a.id = f.id)
ORDER BY f.id;

-- name: left_of
SELECT (SELECT count(*) FROM entities WHERE application_id = $1) AS records,
    (SELECT count(*) FROM entity_relationships WHERE application_id = $1) AS links,
    (SELECT count(*) FROM entity_keys WHERE application_id = $1) AS keys;
