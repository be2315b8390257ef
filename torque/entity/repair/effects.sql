-- What stored records hold, for the question what a change of their model would do to them.

-- name: total
SELECT coalesce(sum(n), 0)::bigint FROM entity_counts WHERE application_id = $1 AND entity_type = $2;

-- name: held
-- How many records have a value under each of these keys.
SELECT k.key, count(*)
FROM entities e CROSS JOIN unnest($3::text[]) AS k (key)
WHERE e.application_id = $1 AND e.entity_type = $2 AND e.data ? k.key
GROUP BY k.key;

-- name: repeated
-- How many records share their values under these keys with another.
SELECT coalesce(sum(g.n), 0)::bigint FROM (
    SELECT count(*) AS n
    FROM entities e
    WHERE e.application_id = $1 AND e.entity_type = $2 AND e.data ?& $3::text[]
    GROUP BY (SELECT jsonb_agg(e.data -> k.key ORDER BY k.place) FROM unnest($3::text[]) WITH ORDINALITY AS k (key, place))
    HAVING count(*) > 1
) g;

-- name: dangling
-- How many records refer, under this key, to what is no record of that type. What is no id at all is not counted.
SELECT count(*) FROM entities e
WHERE e.application_id = $1 AND e.entity_type = $2 AND e.data ? $3 AND EXISTS (
    SELECT FROM jsonb_array_elements_text(
        CASE jsonb_typeof(e.data -> $3) WHEN 'array' THEN e.data -> $3 ELSE jsonb_build_array(e.data -> $3) END
    ) AS l (target)
    WHERE l.target ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' AND NOT EXISTS (
        SELECT FROM entities t
        WHERE t.application_id = $1 AND t.entity_type = $4
            AND t.id = CASE WHEN l.target ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN l.target::uuid END
    )
);

-- name: records
SELECT data FROM entities WHERE application_id = $1 AND entity_type = $2 LIMIT $3;
