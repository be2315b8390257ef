-- What the index advisor asks about one application.

-- name: counts
SELECT entity_type, sum(n)::bigint AS n FROM entity_counts WHERE application_id = $1 GROUP BY entity_type;

-- name: indexes
-- Those of one application, with what they are used for and how far those are that are being built.
SELECT c.relname AS name, i.indisvalid AND i.indisready AS valid, pg_relation_size(c.oid) AS bytes,
    coalesce(s.idx_scan, 0) AS scans, p.phase, p.blocks_done, p.blocks_total
FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = c.oid
LEFT JOIN pg_stat_progress_create_index p ON p.index_relid = c.oid
WHERE c.relname LIKE $1
ORDER BY c.relname;

-- name: on_leaf
-- How many indexes of applications stand on the fullest leaf that holds this one.
SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relname LIKE 'tq\_%' AND i.indrelid = (
    SELECT e.tableoid FROM entities e WHERE e.application_id = $1 LIMIT 1);

-- name: demand
SELECT entity_type, kind, detail, asked, slow, milliseconds, slowest, refused,
    to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS last_at
FROM entity_demand WHERE application_id = $1 AND slow > 0
ORDER BY milliseconds DESC, shape;

-- name: known
SELECT value FROM system_config WHERE key = 'large_types';

-- name: summary_rows
SELECT summary, count(*) AS n FROM entity_summaries WHERE application_id = $1 GROUP BY summary;
