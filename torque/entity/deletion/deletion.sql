-- Statements that delete records, what depends on them and what is kept beside them.

-- name: erase_records
-- Whoever is about to refer to one of these records holds its key, so it is skipped; who has done so since the snapshot
-- is found by the foreign key, which refuses the whole. Only what stands in the snapshot goes, for links and keys that
-- came with a newer version cannot be seen: at the place of what was written since, the snapshot shows nothing.
-- It is logged after the last change, which may have been made since this was put together: history goes by times.
-- Everything is looked up once for each id, as in `read`, and then found by its place, whatever was known of the tables
-- when this was planned. The order in which links are asked for is that of the index that begins with their end: for
-- an empty table another one would cost the same.
-- include: limits
input AS MATERIALIZED (
    SELECT i.* FROM ROWS FROM (
        unnest(:ids::text::uuid[]), unnest(:versions::text::int[]), unnest(:entries::text::uuid[]),
        unnest(:actors::text::text[]), unnest(:roles::text::text[]), unnest(:protocols::text::text[]),
        unnest(:requests::text::text[])
    ) AS i (id, version, entry, actor, role, protocol, request_id)
), held AS MATERIALIZED (
    SELECT e.id, e.entity_type, e.version, e.data, e.created_at, e.updated_at, e.place,
        (SELECT r.target_id FROM entity_relationships r
            WHERE r.application_id = :application::uuid AND r.target_id = e.id
            ORDER BY r.link_key LIMIT 1) AS referred
    FROM (SELECT unnest(:ids::text::uuid[]) FROM limits OFFSET 0) AS w (id) CROSS JOIN LATERAL (
        SELECT e.id, e.entity_type, e.version, e.data, e.created_at, e.updated_at, e.ctid AS place
        FROM entities e
        WHERE e.application_id = :application::uuid AND e.id = w.id AND e.entity_type = ANY(:types::text::text[])
        OFFSET 0
        FOR UPDATE SKIP LOCKED
    ) AS e
), gone AS (
    DELETE FROM entities e
    USING held h JOIN input i ON i.id = h.id
    WHERE e.application_id = :application::uuid AND e.ctid = h.place AND h.referred IS NULL
        AND (i.version = 0 OR i.version = h.version)
    RETURNING h.id, h.entity_type, h.version, h.data, h.created_at, h.updated_at,
        i.entry, i.actor, i.role, i.protocol, i.request_id
), unlinked AS (
    DELETE FROM entity_relationships r
    USING gone g CROSS JOIN LATERAL (
        SELECT l.ctid AS place FROM entity_relationships l
        WHERE l.application_id = :application::uuid AND l.source_id = g.id
        ORDER BY l.link_key, l.position
    ) AS l
    WHERE r.application_id = :application::uuid AND r.ctid = l.place
), unkeyed AS (
    DELETE FROM entity_keys k
    USING gone g CROSS JOIN LATERAL (
        SELECT o.ctid AS place FROM entity_keys o
        WHERE o.application_id = :application::uuid AND o.entity_id = g.id
        OFFSET 0
    ) AS o
    WHERE k.application_id = :application::uuid AND k.ctid = o.place
), counted AS (
    INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
    SELECT :application::uuid, g.entity_type, pg_backend_pid() & 63, -count(*) FROM gone g
    GROUP BY g.entity_type ORDER BY g.entity_type
    ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n
), audited AS (
    INSERT INTO audit_log
        (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
    SELECT greatest(:now::text::timestamptz, g.updated_at + interval '1 microsecond'), g.entry, :application::uuid,
        g.entity_type, g.id, 'delete',
        g.actor, g.role, g.protocol, g.request_id,
        CASE WHEN g.entity_type = ANY(:valued::text::text[]) THEN g.data END,
        jsonb_build_object('version', g.version,
            'created_at', to_char(g.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    FROM gone g WHERE g.entity_type = ANY(:logged::text::text[])
)

-- name: erase_follow
letters AS (
    INSERT INTO outbox (application_id, id, kind, entity_type, entity_id, payload)
    SELECT :application::uuid, gen_random_uuid(), 'after', g.entity_type, g.id, l.letter
    FROM gone g JOIN ROWS FROM (unnest(:ids::text::uuid[]), jsonb_array_elements(:letters::jsonb)) AS l (id, letter)
        ON l.id = g.id
)

-- name: erase_remember
remembered AS (
    INSERT INTO idempotency_keys (application_id, caller, method, key, params_hash, result)
    SELECT :application::uuid, r.caller, r.method, r.key, r.params_hash,
        jsonb_build_object('id', g.id, 'version', g.version)
    FROM gone g JOIN unnest(:repeat_callers::text::text[], :repeat_methods::text::text[], :repeat_keys::text::text[],
        :repeat_hashes::bytea[], :ids::text::uuid[]) AS r (caller, method, key, params_hash, id) ON r.id = g.id
)

-- name: erase_end
SELECT g.id, g.version, g.entity_type FROM gone g

-- name: defer_constraints
SET CONSTRAINTS ALL DEFERRED;

-- name: lock_level
-- FOR UPDATE waits for every insert that refers to these records, so their dependants are all to be seen afterwards.
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.id = ANY($2::uuid[])
ORDER BY e.id
FOR UPDATE;

-- name: dependants
-- One look into the primary key for each. For a join, where nearly all references lead to one record, it reads all
-- records of the application, for every batch of a large deletion. OFFSET keeps it from becoming one.
SELECT r.link_key, r.source_id, r.target_id, e.entity_type
FROM entity_relationships r CROSS JOIN LATERAL (
    SELECT s.entity_type FROM entities s WHERE s.application_id = $1 AND s.id = r.source_id
    OFFSET 0
) AS e
WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[])
LIMIT $3;

-- name: how_many_dependants
-- Counted up to a bound, each once, however many references it has.
SELECT count(*) FROM (
    SELECT DISTINCT r.source_id FROM entity_relationships r WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[])
    LIMIT $3
) AS few;

-- name: survey
-- All records that go along with one, and what is linked to any of them otherwise, by the number of the way it is found
-- on. Keys are compared as they are stored: in another collation no index would answer. OFFSET keeps each look a look
-- into an index.
WITH RECURSIVE steps AS MATERIALIZED (
    SELECT s.target COLLATE "C" AS target, s.link_key COLLATE "C" AS link_key, s.source COLLATE "C" AS source
    FROM unnest($3::text[], $4::text[], $5::text[]) AS s (target, link_key, source)
), others AS MATERIALIZED (
    SELECT o.target COLLATE "C" AS target, o.link_key COLLATE "C" AS link_key, o.forward, o.way
    FROM unnest($6::text[], $7::text[], $8::bool[]) WITH ORDINALITY AS o (target, link_key, forward, way)
), goes (id, entity_type) AS (
    SELECT e.id, e.entity_type FROM entities e WHERE e.application_id = $1 AND e.id = $2
    UNION
    SELECT l.source_id, s.source FROM goes g JOIN steps s ON s.target = g.entity_type CROSS JOIN LATERAL (
        SELECT r.source_id FROM entity_relationships r
        WHERE r.application_id = $1 AND r.target_id = g.id AND r.link_key = s.link_key
        OFFSET 0
    ) l
), met AS (
    SELECT o.way, l.other FROM goes g JOIN others o ON o.target = g.entity_type CROSS JOIN LATERAL (
        SELECT r.source_id AS other FROM entity_relationships r
        WHERE NOT o.forward AND r.application_id = $1 AND r.target_id = g.id AND r.link_key = o.link_key
        UNION ALL
        SELECT r.target_id FROM entity_relationships r
        WHERE o.forward AND r.application_id = $1 AND r.source_id = g.id AND r.link_key = o.link_key
        OFFSET 0
    ) l
)
SELECT m.way, array_agg(DISTINCT m.other) AS ids FROM met m GROUP BY m.way
UNION ALL
SELECT NULL, array_agg(g.id) FROM goes g HAVING count(*) > 0;

-- name: data_of
SELECT e.id, e.data FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]);

-- name: dependants_among
SELECT r.link_key, r.source_id, r.target_id, e.entity_type
FROM entity_relationships r CROSS JOIN LATERAL (
    SELECT s.entity_type FROM entities s WHERE s.application_id = $1 AND s.id = r.source_id
    OFFSET 0
) AS e
WHERE r.application_id = $1 AND r.source_id = ANY($3::uuid[]) AND r.target_id = ANY($2::uuid[])
ORDER BY r.source_id;

-- name: set_patience
-- By index, also where nearly all references lead to one record: see `limits`.
SELECT set_config('lock_timeout', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('enable_seqscan', 'off', true);

-- name: set_survey
-- As set_patience; a statement may take so long.
SELECT set_config('lock_timeout', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('enable_seqscan', 'off', true), set_config('statement_timeout', $2, true);

-- name: delete_links_of
DELETE FROM entity_relationships WHERE application_id = $1 AND source_id = ANY($2::uuid[]);

-- name: delete_links_to
DELETE FROM entity_relationships WHERE application_id = $1 AND target_id = ANY($2::uuid[]) AND link_key = ANY($3::text[]);

-- name: delete_keys_of
DELETE FROM entity_keys WHERE application_id = $1 AND entity_id = ANY($2::uuid[]);

-- name: delete_records
DELETE FROM entities WHERE application_id = $1 AND id = ANY($2::uuid[]);

-- name: count_down
INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
SELECT $1, t.entity_type, pg_backend_pid() & 63, -t.n FROM unnest($2::text[], $3::bigint[]) AS t (entity_type, n)
ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n;

-- name: audit_deletes
-- After the last change of each, whoever was waited for and whatever the clocks say: history goes by times.
INSERT INTO audit_log
    (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
SELECT greatest(statement_timestamp(), a.updated::timestamptz + interval '1 microsecond'), gen_random_uuid(), $1,
    a.entity_type, a.id, 'delete', $2, $3, $4, $5, a.old, a.new
FROM unnest($6::text[], $7::uuid[], $8::text[], $9::jsonb[], $10::jsonb[]) AS a (entity_type, id, updated, old, new);

-- name: audit_unlinked
-- The links that go with records whose deletion is logged: not before that.
INSERT INTO audit_log
    (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
SELECT greatest(statement_timestamp(), a.updated::timestamptz + interval '1 microsecond'), gen_random_uuid(), $1,
    a.entity_type, a.id, 'link', $2, $3, $4, $5, a.old, '{}'
FROM unnest($6::text[], $7::uuid[], $8::text[], $9::jsonb[]) AS a (entity_type, id, updated, old);

-- name: insert_repeat
INSERT INTO idempotency_keys (application_id, caller, method, key, params_hash, result)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: restricting_links
-- Links of these relationships at either end of these records.
SELECT r.source_id, r.target_id, r.link_key FROM entity_relationships r
WHERE r.application_id = $1 AND r.source_id = ANY($2::uuid[]) AND r.link_key = ANY($3::text[])
UNION ALL
SELECT r.source_id, r.target_id, r.link_key FROM entity_relationships r
WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[]) AND r.link_key = ANY($3::text[]);

-- name: some_dependants
-- Not distinct: that would read them all to answer a few.
SELECT r.source_id, r.link_key FROM entity_relationships r
WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[]) AND r.link_key = ANY($3::text[])
    AND NOT (r.source_id = ANY($4::uuid[]))
LIMIT $5;

-- name: begin_removal
INSERT INTO outbox (application_id, id, kind, entity_id, payload, due_at)
VALUES ($1, $2, 'removal', $3, $4, now() + interval '30 s');

-- name: remember_removal
INSERT INTO idempotency_keys (application_id, caller, method, key, params_hash, result)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: standing_removal
SELECT id FROM outbox WHERE application_id = $1 AND kind = 'removal' AND entity_id = $2 LIMIT 1;

-- name: claim_removals
UPDATE outbox o SET due_at = now() + interval '30 s', attempts = o.attempts + 1
WHERE o.application_id = $1 AND o.id IN (
    SELECT i.id FROM outbox i WHERE i.application_id = $1 AND i.kind = 'removal' AND i.due_at < now()
    FOR UPDATE SKIP LOCKED
)
RETURNING o.id, o.entity_id, o.payload;

-- name: renew_removal
UPDATE outbox SET due_at = now() + interval '30 s' WHERE application_id = $1 AND id = $2 RETURNING id;

-- name: settle_removal
UPDATE outbox SET payload = payload - 'unsure' WHERE application_id = $1 AND id = $2;

-- name: refuse_removal
-- It is told to who asks for the deletion again, not much later: by then it may have been mended.
UPDATE outbox SET kind = 'refused', payload = $3, due_at = now() + interval '10 min'
WHERE application_id = $1 AND id = $2;

-- name: take_refusal
-- Once: who asks again wants it looked at anew.
WITH told AS (
    DELETE FROM outbox WHERE application_id = $1 AND kind = 'refused' AND (entity_id = $2 OR due_at < now())
    RETURNING entity_id, payload, due_at
)
SELECT payload FROM told WHERE entity_id = $2 AND due_at >= now() LIMIT 1;

-- name: refusal_of
SELECT payload FROM outbox WHERE application_id = $1 AND id = $2 AND kind = 'refused';

-- name: end_removal
DELETE FROM outbox WHERE application_id = $1 AND id = $2;
