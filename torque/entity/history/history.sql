-- Statements about what was written to records.

-- name: changes
SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, action, actor, role, protocol,
    entity_type, old, new
FROM audit_log WHERE application_id = $1 AND entity_id = $2 AND action <> 'read'
ORDER BY audit_log.at DESC, id LIMIT $3;

-- name: history
SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, action, actor, role, protocol,
    entity_type, old, new
FROM audit_log WHERE application_id = $1 AND entity_id = $2
ORDER BY audit_log.at DESC, id LIMIT $3;

-- name: last_deletion
SELECT to_char((at - interval '1 microsecond') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS before, new
FROM audit_log WHERE application_id = $1 AND entity_id = $2 AND action = 'delete'
ORDER BY audit_log.at DESC LIMIT 1;

-- name: last_versions
-- At which version each of these records was deleted last, as far as that was written down.
SELECT w.id::text AS id, (g.new ->> 'version')::int AS version
FROM unnest($2::uuid[]) AS w (id) CROSS JOIN LATERAL (
    SELECT l.new FROM audit_log l
    WHERE l.application_id = $1 AND l.entity_id = w.id AND l.action = 'delete'
    ORDER BY l.at DESC LIMIT 1
) AS g;

-- name: went_along
-- What a deletion took along and is still gone, without the record that it was about. OFFSET keeps what is asked about
-- each a look into an index.
SELECT l.entity_id::text AS id, l.entity_type, l.old, l.new,
    to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
    to_char((l.at - interval '1 microsecond') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS before
FROM audit_log l
WHERE l.application_id = $1 AND l.action = 'delete' AND l.new ? 'deletion' AND l.new ->> 'deletion' = $2
    AND l.entity_id <> $3
    AND NOT EXISTS (SELECT FROM entities n WHERE n.application_id = $1 AND n.id = l.entity_id OFFSET 0)
    AND NOT EXISTS (SELECT FROM audit_log d WHERE d.application_id = $1 AND d.entity_id = l.entity_id
        AND d.action = 'delete' AND (d.at, d.id) > (l.at, l.id) OFFSET 0)
LIMIT $4;

-- name: linked_since
-- What was done since a moment to the links of a record, from either end, the newest first. An id is looked for in the
-- text of what was written, which costs a third of taking that apart.
SELECT l.entity_id, l.old, l.new FROM audit_log l
WHERE l.application_id = $1 AND l.at > $3::text::timestamptz AND l.action = 'link'
    AND (l.entity_id = $2 OR strpos(l.old::text, $2::text) > 0 OR strpos(l.new::text, $2::text) > 0)
ORDER BY l.at DESC, l.id LIMIT $4;

-- name: changed_since
-- The records of a type that were written since a moment; a row without record tells that all were deleted at once.
SELECT DISTINCT l.entity_id, l.action = 'empty' AS emptied FROM audit_log l
WHERE l.application_id = $1 AND l.at > $3::text::timestamptz
    AND (l.action = 'empty' OR (l.entity_type = $2 AND l.action IN ('create', 'update', 'delete', 'undelete')))
LIMIT $4;

-- name: histories
SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, action, actor, role, protocol,
    entity_type, old, new, entity_id
FROM audit_log WHERE application_id = $1 AND entity_id = ANY($2::text::uuid[]) AND action <> 'read'
ORDER BY audit_log.at DESC, id LIMIT $3;

-- name: log_begins
-- Where the audit log begins since months of it were dropped; nothing where it has all.
SELECT value #>> '{}' FROM system_config WHERE key = 'audit.begins';
