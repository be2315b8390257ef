-- Parts of tables that grew since the planner's statistics were made.

-- name: of_application
-- Those that hold an application, of less than four times as many rows, for all the planner knows, as were written now.
SELECT c.relname::text AS leaf FROM pg_class c
WHERE c.reltuples < 4 * $2::bigint AND c.oid IN (
    (SELECT e.tableoid FROM entities e WHERE e.application_id = $1 LIMIT 1),
    (SELECT l.tableoid FROM entity_relationships l WHERE l.application_id = $1 LIMIT 1));

-- name: of_all
-- For the synchronous driver: all of which more was written than there was.
SELECT c.relname::text
FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE h.inhparent IN ('entities'::regclass, 'entity_relationships'::regclass)
    AND s.n_mod_since_analyze > %s AND s.n_mod_since_analyze > c.reltuples
ORDER BY c.relname;
