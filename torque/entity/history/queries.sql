-- name: trail
SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, id::text AS id, action, actor, role, protocol,
    request_id, entity_type, entity_id::text AS entity_id, old, new
FROM audit_log
WHERE application_id = $1 AND at >= $2::text::timestamptz AND (at, id) < ($3::text::timestamptz, $4::text::uuid)
    AND ($5::text IS NULL OR entity_type = $5) AND ($6::text IS NULL OR entity_id = $6::text::uuid)
    AND ($7::text IS NULL OR actor = $7)
ORDER BY audit_log.at DESC, audit_log.id DESC LIMIT $8;
