-- Statements about models and their revisions. Times leave as RFC 3339 text in UTC.

-- name: list_models
SELECT id, name, display_name, revision,
    coalesce(document->>'description', '') AS description,
    coalesce(document->>'version', '') AS version,
    coalesce(jsonb_array_length(document->'entities'), 0) AS entity_count,
    coalesce(jsonb_array_length(document->'pages'), 0) AS page_count,
    coalesce(jsonb_array_length(document->'forms'), 0) AS form_count,
    coalesce(jsonb_array_length(document->'xflows'), 0) AS xflow_count,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at
FROM torque_models
ORDER BY name;

-- name: find_model
SELECT id, name, display_name, revision, document,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at
FROM torque_models
WHERE id::text = $1 OR name = $1
ORDER BY id::text = $1 DESC
LIMIT 1;

-- name: lock_model
SELECT id, name, display_name, revision, document,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at
FROM torque_models
WHERE id::text = $1 OR name = $1
ORDER BY id::text = $1 DESC
LIMIT 1
FOR UPDATE;

-- name: head_revision
SELECT revision FROM torque_models WHERE id = $1;

-- name: insert_model
-- The mark stays when the model goes: samples are loaded only into a database that never held a model.
WITH mark AS (
    INSERT INTO system_config (key, value) VALUES ('models.held', 'true') ON CONFLICT (key) DO NOTHING
)
INSERT INTO torque_models (id, name, display_name, document, revision)
VALUES ($1, $2, $3, $4, 1)
RETURNING to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at;

-- name: ever_held
SELECT EXISTS (SELECT FROM system_config WHERE key = 'models.held');

-- name: update_model
UPDATE torque_models
SET name = $2, display_name = $3, document = $4, revision = revision + 1, updated_at = now()
WHERE id = $1
RETURNING revision, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at;

-- name: delete_model
DELETE FROM torque_models WHERE id = $1;

-- name: insert_revision
INSERT INTO torque_model_revisions (model_id, revision, document, changes, author, message)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: list_revisions
SELECT revision, changes, author, message,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at
FROM torque_model_revisions
WHERE model_id = $1 AND revision > $2
ORDER BY revision DESC;

-- name: revision_saved
SELECT created_at::text FROM torque_model_revisions WHERE model_id = $1 AND revision = $2;

-- name: revision_document
SELECT document, created_at::text AS saved FROM torque_model_revisions WHERE model_id = $1 AND revision = $2;

-- name: find_removed
-- Whether a part with this id was there in an earlier revision: an entity, or a field of an entity.
SELECT EXISTS (
    SELECT FROM torque_model_revisions
    WHERE model_id = $1 AND jsonb_path_exists(document, $2::text::jsonpath, jsonb_build_object('id', $3::text))
);

-- name: notify
SELECT pg_notify('torque', $1);
