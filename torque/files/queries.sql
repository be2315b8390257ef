-- Statements about files. Whether a record holds one is asked of the records themselves, by their index on data.

-- name: begin
INSERT INTO files (application_id, id, entity_type, field_key, name, uploaded_by) VALUES ($1, $2, $3, $4, $5, $6)

-- name: alive
-- A file that is still coming is not one that nobody wants.
UPDATE files SET unused_since = now() WHERE application_id = $1 AND id = $2

-- name: complete
UPDATE files SET media_type = $3, size = $4, sha256 = decode($5, 'hex'), unused_since = now()
WHERE application_id = $1 AND id = $2
RETURNING id

-- name: forget
DELETE FROM files WHERE application_id = $1 AND id = $2

-- name: find
SELECT id::text, name, media_type, size, encode(sha256, 'hex') AS sha256, variants
FROM files WHERE application_id = $1 AND id = $2 AND size IS NOT NULL

-- name: add_variant
UPDATE files SET variants = variants || $3::text
WHERE application_id = $1 AND id = $2 AND NOT variants @> ARRAY[$3::text]

-- name: claim
-- From here the record that is about to be written has as long as an unused file is kept.
UPDATE files f SET unused_since = now()
WHERE f.application_id = $1 AND f.id = ANY($2::uuid[]) AND f.size IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM entities e WHERE e.application_id = $1
    AND (e.data @> jsonb_build_object(f.field_key, jsonb_build_object('id', f.id::text))
        OR e.data @> jsonb_build_object(f.field_key, jsonb_build_array(jsonb_build_object('id', f.id::text)))))
RETURNING f.id::text, f.entity_type, f.field_key, f.name, f.media_type, f.size

-- name: elect
SELECT pg_try_advisory_xact_lock($1)

-- name: overdue
SELECT application_id::text, id::text FROM files WHERE unused_since < $1 ORDER BY unused_since LIMIT $2

-- name: settle
-- Files that a record turned out to hold.
UPDATE files f SET unused_since = NULL
WHERE f.application_id = $1 AND f.id = ANY($2::uuid[]) AND EXISTS (
    SELECT 1 FROM entities e WHERE e.application_id = $1
    AND (e.data @> jsonb_build_object(f.field_key, jsonb_build_object('id', f.id::text))
        OR e.data @> jsonb_build_object(f.field_key, jsonb_build_array(jsonb_build_object('id', f.id::text)))))

-- name: drop
DELETE FROM files WHERE application_id = $1 AND id = ANY($2::uuid[]) AND unused_since < $3 RETURNING id::text, variants

-- name: applications
SELECT DISTINCT application_id::text FROM files

-- name: next_used
SELECT id::text FROM files WHERE application_id = $1 AND id > $2 AND unused_since IS NULL ORDER BY id LIMIT $3

-- name: mark
UPDATE files f SET unused_since = now()
WHERE f.application_id = $1 AND f.id = ANY($2::uuid[]) AND f.unused_since IS NULL AND NOT EXISTS (
    SELECT 1 FROM entities e WHERE e.application_id = $1
    AND (e.data @> jsonb_build_object(f.field_key, jsonb_build_object('id', f.id::text))
        OR e.data @> jsonb_build_object(f.field_key, jsonb_build_array(jsonb_build_object('id', f.id::text)))))
