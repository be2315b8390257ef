-- What is asked of large types, and what upkeep makes of it.

-- name: note
-- An application that is gone by now has nothing to note any more.
INSERT INTO entity_demand AS d
    (application_id, entity_type, shape, kind, detail, asked, slow, milliseconds, slowest)
SELECT t.application_id, t.entity_type, t.shape, t.kind, t.detail::jsonb, t.asked, t.slow, t.milliseconds, t.slowest
FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::float8[],
    $9::float8[]) AS t (shape, application_id, entity_type, kind, detail, asked, slow, milliseconds, slowest)
JOIN torque_applications a ON a.id = t.application_id
ORDER BY t.shape
ON CONFLICT (application_id, shape) DO UPDATE SET asked = d.asked + excluded.asked, slow = d.slow + excluded.slow,
    milliseconds = d.milliseconds + excluded.milliseconds, slowest = greatest(d.slowest, excluded.slowest),
    last_at = now();

-- name: known
SELECT value FROM system_config WHERE key = 'large_types';
