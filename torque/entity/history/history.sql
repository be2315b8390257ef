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
