-- Statements of index upkeep, for the synchronous driver.

-- name: large_types
-- Types of many records in applications that exist, with the leaf that holds each and the model it follows.
SELECT a.id::text, t.entity_type, l.leaf, m.id::text, coalesce(a.model_revision, m.revision),
    coalesce(r.document, m.document)
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

-- name: standing
SELECT c.relname, t.relname, i.indisvalid AND i.indisready
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_inherits h ON h.inhrelid = t.oid
WHERE h.inhparent = 'entities'::regclass AND c.relname LIKE %s;

-- name: collation
SELECT value #>> '{}' FROM system_config WHERE key = 'text_collation';

-- name: remember
INSERT INTO system_config (key, value) VALUES (%s, %s::jsonb)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
WHERE system_config.value <> excluded.value;
