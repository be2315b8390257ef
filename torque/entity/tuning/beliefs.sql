-- What the planner believes of records and links, and how many there are.

-- name: believed_records
EXPLAIN (FORMAT JSON) SELECT FROM entities WHERE application_id = $1 AND entity_type = $2;

-- name: believed_links
EXPLAIN (FORMAT JSON) SELECT FROM entity_relationships WHERE application_id = $1 AND link_key = $2;

-- name: records
SELECT coalesce(sum(n), 0)::bigint FROM entity_counts WHERE application_id = $1 AND entity_type = $2;

-- name: newest_links
-- Of the newest records: what the planner does not know of yet is new.
SELECT count(*) FROM (
    SELECT link_key FROM entity_relationships WHERE application_id = $1 ORDER BY source_id DESC LIMIT 20000
) l WHERE l.link_key = $2;

-- name: leaf_of_records
SELECT tableoid::regclass::text FROM entities WHERE application_id = $1 LIMIT 1;

-- name: leaf_of_links
SELECT tableoid::regclass::text FROM entity_relationships WHERE application_id = $1 LIMIT 1;
