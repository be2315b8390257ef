-- Statements of index upkeep, for the synchronous driver.

-- name: large_types
-- Types of many records in applications that exist, with the leaf that holds each, the model it follows, their number.
SELECT a.id::text, t.entity_type, l.leaf, m.id::text, coalesce(a.model_revision, m.revision),
    coalesce(r.document, m.document), t.n::bigint
FROM (
    SELECT application_id, entity_type, sum(n) AS n FROM entity_counts GROUP BY 1, 2 HAVING sum(n) > %s
) t
JOIN torque_applications a ON a.id = t.application_id
JOIN torque_models m ON m.id = a.model_id
LEFT JOIN torque_model_revisions r ON r.model_id = a.model_id AND r.revision = a.model_revision
JOIN LATERAL (
    SELECT e.tableoid::regclass::text AS leaf FROM entities e WHERE e.application_id = a.id LIMIT 1
) l ON true
ORDER BY t.n DESC, a.id, t.entity_type;

-- name: slow_lists
-- Lists of types of some records that were slow many times, the dearest first.
SELECT a.id::text, d.entity_type, l.leaf, m.id::text, coalesce(a.model_revision, m.revision), d.detail::text
FROM entity_demand d
JOIN torque_applications a ON a.id = d.application_id
JOIN torque_models m ON m.id = a.model_id
JOIN LATERAL (
    SELECT sum(c.n) AS n FROM entity_counts c
    WHERE c.application_id = d.application_id AND c.entity_type = d.entity_type
) t ON t.n > %s
JOIN LATERAL (
    SELECT e.tableoid::regclass::text AS leaf FROM entities e WHERE e.application_id = a.id LIMIT 1
) l ON true
WHERE d.kind = 'list' AND d.slow >= %s
ORDER BY d.milliseconds DESC, d.shape;

-- name: document
SELECT coalesce(r.document, m.document)
FROM torque_models m LEFT JOIN torque_model_revisions r ON r.model_id = m.id AND r.revision = %s
WHERE m.id = %s;

-- name: standing
SELECT c.relname, t.relname, i.indisvalid AND i.indisready
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_inherits h ON h.inhrelid = t.oid
WHERE h.inhparent = 'entities'::regclass AND c.relname LIKE %s;

-- name: statistics
SELECT s.stxname::text, t.relname::text FROM pg_statistic_ext s JOIN pg_class t ON t.oid = s.stxrelid
WHERE s.stxname LIKE %s;

-- name: collation
SELECT value #>> '{}' FROM system_config WHERE key = 'text_collation';

-- name: remember
INSERT INTO system_config (key, value) VALUES (%s, %s::jsonb)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
WHERE system_config.value <> excluded.value;

-- name: known
SELECT value::text FROM system_config WHERE key = %s;

-- name: forget_demand
-- What was asked for hardly ever is forgotten soon.
DELETE FROM entity_demand WHERE kind <> 'early' AND last_at < now() - CASE WHEN asked < %s THEN %s ELSE %s END::interval;

-- name: slow_aggregates
-- Aggregations that are slow, or would be, and asked for several times, or very slow; the dearest first.
SELECT detail::text FROM entity_demand
WHERE kind = 'aggregate' AND refused = '' AND slow > 0 AND (asked >= %s OR slowest >= %s)
    AND jsonb_typeof(detail->'summary') = 'object'
ORDER BY milliseconds DESC, shape;

-- name: refuse_demand
UPDATE entity_demand SET refused = %s
WHERE kind = 'aggregate' AND application_id = %s AND detail->'summary' = %s::jsonb;

-- name: refuse_summary
-- One that nobody asked for yet is refused as well, until what nobody asks for is forgotten.
INSERT INTO entity_demand (application_id, entity_type, shape, kind, detail, refused)
SELECT a.id, %s, %s, 'aggregate', jsonb_build_object('summary', %s::jsonb), %s
FROM torque_applications a WHERE a.id = %s
ON CONFLICT (application_id, shape) DO NOTHING;

-- name: note_early
-- When a summary was made before anybody asked.
INSERT INTO entity_demand (application_id, entity_type, shape, kind, detail)
SELECT a.id, %s, %s, 'early', '{}' FROM torque_applications a WHERE a.id = %s
ON CONFLICT (application_id, shape) DO NOTHING;

-- name: tried
-- Those that were made before anybody asked long enough ago for somebody to have asked since.
SELECT shape FROM entity_demand WHERE kind = 'early' AND first_at < now() - %s::interval;

-- name: asked_aggregates
SELECT detail::text FROM entity_demand WHERE kind = 'aggregate' AND asked > 0
    AND jsonb_typeof(detail->'summary') = 'object';

-- name: refused
SELECT shape FROM entity_demand WHERE kind = 'aggregate' AND refused <> '';

-- name: triggers
SELECT t.tgname::text, c.relname::text, p.proname::text, t.tgenabled = 'O'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgname LIKE %s
ORDER BY t.tgname;

-- name: functions
SELECT p.proname::text FROM pg_proc p
WHERE p.proname LIKE %s AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgfoid = p.oid);

-- name: drop_rows
DELETE FROM entity_summaries WHERE NOT (summary = ANY(%s::text[]));

-- name: many_rows
SELECT n FROM (
    SELECT count(*) AS n FROM entity_summaries WHERE application_id = %s AND summary = %s
) c WHERE n > %s;
