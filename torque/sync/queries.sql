-- Statements of the live feed.

-- name: notify
SELECT pg_notify('torque', $1);
