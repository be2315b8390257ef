-- name: get_value
SELECT value FROM system_config WHERE key = $1

-- name: set_value
INSERT INTO system_config (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()
