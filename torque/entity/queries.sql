-- Statements about records. `:name` stands for an argument and is numbered when a statement is put together;
-- parts of one write (`create_*`, `update_*`) are common table expressions that go into one statement.
-- Lists of values travel as the text of an array, lists of JSON as one JSON array: the driver looks at each element of
-- an array twice, which for a batch costs more than everything else it does. `plan_cache_mode` is for the checks of
-- foreign keys: left to itself Postgres plans each of them anew, for a partitioned table, at four times the cost.
-- Everything names one application. A write waits for other transactions' locks only as long as `:patience`.

-- name: read
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.id = ANY($2::text::uuid[]);

-- name: read_locked
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.id = $2
FOR NO KEY UPDATE;

-- name: types
SELECT e.id, e.entity_type FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]);

-- name: taken_keys
SELECT k.constraint_id, k.value
FROM entity_keys k JOIN unnest($2::text[], $3::text[]) AS w (constraint_id, value)
    ON k.constraint_id = w.constraint_id AND k.value = w.value
WHERE k.application_id = $1 AND k.entity_id <> $4::uuid;

-- name: settings
SELECT key, value FROM system_config WHERE key IN ('text_collation', 'cursor_secret');

-- name: indexed_types
SELECT value FROM system_config WHERE key = 'indexed_types';

-- name: keep_secret
INSERT INTO system_config (key, value) VALUES ('cursor_secret', $1) ON CONFLICT (key) DO NOTHING;

-- name: find_repeat
-- A key counts for 24 hours.
SELECT params_hash, result FROM idempotency_keys
WHERE application_id = $1 AND caller = $2 AND method = $3 AND key = $4 AND created_at > now() - interval '24 hours';

-- name: drop_old_keys
DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours';

-- name: end_backend
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2;

-- name: backend_lives
SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND application_name = $2);

-- name: create_records
limits AS MATERIALIZED (
    SELECT set_config('lock_timeout', :patience, true), set_config('plan_cache_mode', 'force_generic_plan', true)
), input AS MATERIALIZED (
    SELECT i.* FROM limits, ROWS FROM (
        unnest(:ids::text::uuid[]), unnest(:types::text::text[]), jsonb_array_elements(:datas::jsonb)
    ) AS i (id, entity_type, data)
), records AS (
    INSERT INTO entities (application_id, id, entity_type, data, version, created_at, updated_at)
    SELECT :application::uuid, i.id, i.entity_type, i.data, 1, :now::text::timestamptz, :now::text::timestamptz
    FROM input i
), counted AS (
    INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
    SELECT :application::uuid, i.entity_type, pg_backend_pid() & 63, count(*) FROM input i
    GROUP BY i.entity_type ORDER BY i.entity_type
    ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n
)

-- name: revive_records
-- As create_records, for a record that comes back: it goes on counting its versions, and is as old as it was.
limits AS MATERIALIZED (
    SELECT set_config('lock_timeout', :patience, true), set_config('plan_cache_mode', 'force_generic_plan', true)
), input AS MATERIALIZED (
    SELECT i.* FROM limits, ROWS FROM (
        unnest(:ids::text::uuid[]), unnest(:types::text::text[]), jsonb_array_elements(:datas::jsonb)
    ) AS i (id, entity_type, data)
), records AS (
    INSERT INTO entities (application_id, id, entity_type, data, version, created_at, updated_at)
    SELECT :application::uuid, i.id, i.entity_type, i.data, :version::int, :created::text::timestamptz,
        :now::text::timestamptz
    FROM input i
), counted AS (
    INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
    SELECT :application::uuid, i.entity_type, pg_backend_pid() & 63, count(*) FROM input i
    GROUP BY i.entity_type ORDER BY i.entity_type
    ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n
)

-- name: revive_audit
audited AS (
    INSERT INTO audit_log
        (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
    SELECT :now::text::timestamptz, gen_random_uuid(), :application::uuid, i.entity_type, i.id, 'undelete',
        :actor::text, :role::text, :protocol::text, :request::text,
        jsonb_build_object('version', :version::int, 'created_at', :created::text),
        CASE WHEN :values THEN i.data END
    FROM input i
)

-- name: seed_records
-- As create_records, but each record has its own time, and their order in the document is the order they were made in.
input AS MATERIALIZED (
    SELECT i.* FROM ROWS FROM (
        unnest(:ids::text::uuid[]), unnest(:types::text::text[]), jsonb_array_elements(:datas::jsonb),
        unnest(:times::text::text[])
    ) AS i (id, entity_type, data, at)
), records AS (
    INSERT INTO entities (application_id, id, entity_type, data, version, created_at, updated_at)
    SELECT :application::uuid, i.id, i.entity_type, i.data, 1, i.at::timestamptz, i.at::timestamptz FROM input i
), counted AS (
    INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
    SELECT :application::uuid, i.entity_type, pg_backend_pid() & 63, count(*) FROM input i
    GROUP BY i.entity_type ORDER BY i.entity_type
    ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n
)

-- name: create_links
linked AS (
    INSERT INTO entity_relationships (application_id, link_key, source_id, target_id, position)
    SELECT :application::uuid, l.link_key, l.source_id, l.target_id, l.position
    FROM unnest(:link_keys::text::text[], :link_sources::text::uuid[], :link_targets::text::uuid[], :link_positions::text::int[])
        AS l (link_key, source_id, target_id, position)
)

-- name: create_keys
keyed AS (
    INSERT INTO entity_keys (application_id, constraint_id, value, entity_id)
    SELECT :application::uuid, k.constraint_id, k.value, k.entity_id
    FROM unnest(:key_constraints::text::text[], :key_values::text::text[], :key_owners::text::uuid[]) AS k (constraint_id, value, entity_id)
)

-- name: create_audit
audited AS (
    INSERT INTO audit_log (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, new)
    SELECT :now::text::timestamptz, gen_random_uuid(), :application::uuid, i.entity_type, i.id, 'create',
        a.actor, a.role, a.protocol, a.request_id, CASE WHEN :values THEN i.data END
    FROM input i JOIN unnest(:ids::text::uuid[], :actors::text::text[], :roles::text::text[], :protocols::text::text[], :requests::text::text[])
        AS a (id, actor, role, protocol, request_id) ON a.id = i.id
)

-- name: bulk_audit
-- One caller for all, so there is nothing to join.
audited AS (
    INSERT INTO audit_log (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, new)
    SELECT :now::text::timestamptz, gen_random_uuid(), :application::uuid, i.entity_type, i.id, 'create',
        :actor::text, :role::text, :protocol::text, :request::text, CASE WHEN :values THEN i.data END
    FROM input i
)

-- name: create_follow
letters AS (
    INSERT INTO outbox (application_id, id, kind, entity_type, entity_id, payload)
    SELECT :application::uuid, gen_random_uuid(), 'after', i.entity_type, i.id, l.letter
    FROM input i JOIN ROWS FROM (unnest(:ids::text::uuid[]), jsonb_array_elements(:letters::jsonb)) AS l (id, letter)
        ON l.id = i.id
)

-- name: remember
remembered AS (
    INSERT INTO idempotency_keys (application_id, caller, method, key, params_hash, result)
    SELECT :application::uuid, r.caller, r.method, r.key, r.params_hash, r.result
    FROM ROWS FROM (
        unnest(:repeat_callers::text::text[], :repeat_methods::text::text[], :repeat_keys::text::text[],
            :repeat_hashes::bytea[]),
        jsonb_array_elements(:repeat_results::jsonb)
    ) AS r (caller, method, key, params_hash, result)
)

-- name: create_end
SELECT 1

-- name: update_records
-- The version held is the newest there is; a plain join would compare with the snapshot's. The ids are asked for as
-- an array, because for a join the planner may scan the whole application.
limits AS MATERIALIZED (
    SELECT set_config('lock_timeout', :patience, true), set_config('plan_cache_mode', 'force_generic_plan', true)
), input AS MATERIALIZED (
    SELECT i.* FROM ROWS FROM (
        unnest(:ids::text::uuid[]), jsonb_array_elements(:datas::jsonb), unnest(:versions::text::int[])
    ) AS i (id, data, version)
), held AS MATERIALIZED (
    SELECT e.id, e.version, e.data, e.created_at, e.updated_at, e.entity_type
    FROM limits, entities e
    WHERE e.application_id = :application::uuid AND e.id = ANY(:ids::text::uuid[])
    ORDER BY e.id
    FOR NO KEY UPDATE OF e SKIP LOCKED
), written AS (
    UPDATE entities e SET data = i.data, version = i.version + 1, updated_at = :now::text::timestamptz
    FROM held h JOIN input i ON i.id = h.id
    WHERE e.application_id = :application::uuid AND e.id = h.id AND h.version = i.version
    RETURNING e.id, e.entity_type
)

-- name: update_unlinks
unlinked AS (
    DELETE FROM entity_relationships r
    USING unnest(:unlink_keys::text::text[], :unlink_sources::text::uuid[], :unlink_positions::text::int[]) AS l (link_key, source_id, position),
        written w
    WHERE r.application_id = :application::uuid AND r.source_id = l.source_id AND r.link_key = l.link_key
        AND r.position = l.position AND w.id = l.source_id
)

-- name: update_links
linked AS (
    INSERT INTO entity_relationships (application_id, link_key, source_id, target_id, position)
    SELECT :application::uuid, l.link_key, l.source_id, l.target_id, l.position
    FROM unnest(:link_keys::text::text[], :link_sources::text::uuid[], :link_targets::text::uuid[], :link_positions::text::int[])
        AS l (link_key, source_id, target_id, position) JOIN written w ON w.id = l.source_id
    ON CONFLICT (application_id, source_id, link_key, position) DO UPDATE SET target_id = excluded.target_id
)

-- name: update_unkeys
unkeyed AS (
    DELETE FROM entity_keys k
    USING unnest(:unkey_constraints::text::text[], :unkey_values::text::text[], :unkey_owners::text::uuid[]) AS o (constraint_id, value, entity_id),
        written w
    WHERE k.application_id = :application::uuid AND k.constraint_id = o.constraint_id AND k.value = o.value
        AND k.entity_id = o.entity_id AND w.id = o.entity_id
)

-- name: update_keys
keyed AS (
    INSERT INTO entity_keys (application_id, constraint_id, value, entity_id)
    SELECT :application::uuid, k.constraint_id, k.value, k.entity_id
    FROM unnest(:key_constraints::text::text[], :key_values::text::text[], :key_owners::text::uuid[]) AS k (constraint_id, value, entity_id)
    JOIN written w ON w.id = k.entity_id
)

-- name: update_audit
audited AS (
    INSERT INTO audit_log
        (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
    SELECT :now::text::timestamptz, gen_random_uuid(), :application::uuid, w.entity_type, w.id, 'update',
        a.actor, a.role, a.protocol, a.request_id, a.old, a.new
    FROM written w JOIN ROWS FROM (
        unnest(:ids::text::uuid[], :actors::text::text[], :roles::text::text[], :protocols::text::text[],
            :requests::text::text[]),
        jsonb_array_elements(:olds::jsonb), jsonb_array_elements(:news::jsonb)
    ) AS a (id, actor, role, protocol, request_id, old, new) ON a.id = w.id
)

-- name: update_follow
letters AS (
    INSERT INTO outbox (application_id, id, kind, entity_type, entity_id, payload)
    SELECT :application::uuid, gen_random_uuid(), 'after', w.entity_type, w.id, l.letter
    FROM written w JOIN ROWS FROM (unnest(:ids::text::uuid[]), jsonb_array_elements(:letters::jsonb)) AS l (id, letter)
        ON l.id = w.id
)

-- name: update_remember
remembered AS (
    INSERT INTO idempotency_keys (application_id, caller, method, key, params_hash, result)
    SELECT :application::uuid, r.caller, r.method, r.key, r.params_hash, r.result
    FROM ROWS FROM (
        unnest(:repeat_callers::text::text[], :repeat_methods::text::text[], :repeat_keys::text::text[],
            :repeat_hashes::bytea[], :ids::text::uuid[]),
        jsonb_array_elements(:repeat_results::jsonb)
    ) AS r (caller, method, key, params_hash, id, result)
    JOIN written w ON w.id = r.id
)

-- name: update_end
-- A record held at another version comes back as it is now; one that is missing here is locked, or gone.
SELECT e.id, CASE WHEN w.id IS NULL THEN e.data END AS data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type,
    w.id IS NOT NULL AS written
FROM held e LEFT JOIN written w ON w.id = e.id

-- name: erase_records
-- Whoever is about to refer to one of these records holds its key, so it is skipped; who has done so since the snapshot
-- is found by the foreign key, which refuses the whole. The version in the snapshot has to be the one that is held, or
-- links and keys that came with a newer one would stay behind. These are asked for as an array, because for a join the
-- planner may scan the whole application.
limits AS MATERIALIZED (
    SELECT set_config('lock_timeout', :patience, true), set_config('plan_cache_mode', 'force_generic_plan', true)
), held AS MATERIALIZED (
    SELECT e.id, e.entity_type, e.version, e.data, e.created_at,
        (SELECT r.target_id FROM entity_relationships r
            WHERE r.application_id = :application::uuid AND r.target_id = e.id LIMIT 1) AS referred
    FROM limits, entities e
    WHERE e.application_id = :application::uuid AND e.id = ANY(:ids::text::uuid[])
        AND e.entity_type = ANY(:types::text::text[])
    ORDER BY e.id
    FOR UPDATE OF e SKIP LOCKED
), gone AS (
    DELETE FROM entities e
    USING held h JOIN unnest(:ids::text::uuid[], :versions::text::int[], :actors::text::text[], :roles::text::text[],
        :protocols::text::text[], :requests::text::text[]) AS i (id, version, actor, role, protocol, request_id)
        ON i.id = h.id
    WHERE e.application_id = :application::uuid AND e.id = h.id AND e.version = h.version AND h.referred IS NULL
        AND (i.version = 0 OR i.version = h.version)
    RETURNING h.id, h.entity_type, h.version, h.data, h.created_at, i.actor, i.role, i.protocol, i.request_id
), unlinked AS (
    DELETE FROM entity_relationships r
    WHERE r.application_id = :application::uuid AND r.source_id = ANY(ARRAY(SELECT g.id FROM gone g))
), unkeyed AS (
    DELETE FROM entity_keys k
    WHERE k.application_id = :application::uuid AND k.entity_id = ANY(ARRAY(SELECT g.id FROM gone g))
), counted AS (
    INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
    SELECT :application::uuid, g.entity_type, pg_backend_pid() & 63, -count(*) FROM gone g
    GROUP BY g.entity_type ORDER BY g.entity_type
    ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n
), audited AS (
    INSERT INTO audit_log
        (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
    SELECT :now::text::timestamptz, gen_random_uuid(), :application::uuid, g.entity_type, g.id, 'delete',
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
SELECT r.link_key, r.source_id, r.target_id, e.entity_type
FROM entity_relationships r JOIN entities e ON e.application_id = r.application_id AND e.id = r.source_id
WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[])
ORDER BY r.source_id;

-- name: dependants_among
SELECT r.link_key, r.source_id, r.target_id, e.entity_type
FROM entity_relationships r JOIN entities e ON e.application_id = r.application_id AND e.id = r.source_id
WHERE r.application_id = $1 AND r.source_id = ANY($3::uuid[]) AND r.target_id = ANY($2::uuid[])
ORDER BY r.source_id;

-- name: set_patience
SELECT set_config('lock_timeout', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true);

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

-- name: audit
INSERT INTO audit_log
    (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
SELECT now(), gen_random_uuid(), $1, a.entity_type, a.id, a.action, $2, $3, $4, $5, a.old, a.new
FROM unnest($6::text[], $7::uuid[], $8::text[], $9::jsonb[], $10::jsonb[]) AS a (entity_type, id, action, old, new);

-- name: insert_repeat
INSERT INTO idempotency_keys (application_id, caller, method, key, params_hash, result)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: links_from
SELECT target_id FROM entity_relationships
WHERE application_id = $1 AND source_id = $2 AND link_key = $3 ORDER BY position;

-- name: links_to
SELECT source_id FROM entity_relationships
WHERE application_id = $1 AND target_id = $2 AND link_key = $3 ORDER BY source_id;

-- name: hold_sources
SELECT e.id FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[]) ORDER BY e.id FOR NO KEY UPDATE;

-- name: unlink
DELETE FROM entity_relationships
WHERE application_id = $1 AND link_key = $2 AND source_id = ANY($3::uuid[]) AND target_id = ANY($4::uuid[]);

-- name: link
-- The rows of the sources are held, so nobody else takes their next places, or adds the same links.
INSERT INTO entity_relationships (application_id, link_key, source_id, target_id, position)
SELECT $1, $2, w.source_id, w.target_id,
    coalesce((SELECT max(r.position) FROM entity_relationships r
        WHERE r.application_id = $1 AND r.source_id = w.source_id AND r.link_key = $2), -1)
    + row_number() OVER (PARTITION BY w.source_id ORDER BY w.ordinality)
FROM unnest($3::uuid[], $4::uuid[]) WITH ORDINALITY AS w (source_id, target_id, ordinality)
WHERE NOT EXISTS (SELECT 1 FROM entity_relationships r WHERE r.application_id = $1 AND r.source_id = w.source_id
    AND r.link_key = $2 AND r.target_id = w.target_id);

-- name: restricting_links
-- Links of these relationships at either end of these records.
SELECT r.source_id, r.target_id, r.link_key FROM entity_relationships r
WHERE r.application_id = $1 AND r.source_id = ANY($2::uuid[]) AND r.link_key = ANY($3::text[])
UNION ALL
SELECT r.source_id, r.target_id, r.link_key FROM entity_relationships r
WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[]) AND r.link_key = ANY($3::text[]);

-- name: hold
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.id = ANY($2::uuid[])
ORDER BY e.id
FOR NO KEY UPDATE;

-- name: owners
SELECT k.value, k.entity_id FROM entity_keys k
WHERE k.application_id = $1 AND k.constraint_id = $2 AND k.value = ANY($3::text[]);

-- name: find_repeats
SELECT key, params_hash, result FROM idempotency_keys
WHERE application_id = $1 AND caller = $2 AND method = $3 AND key = ANY($4::text[])
    AND created_at > now() - interval '24 hours';

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

-- name: some_dependants
-- Not distinct: that would read them all to answer a few.
SELECT r.source_id FROM entity_relationships r
WHERE r.application_id = $1 AND r.target_id = ANY($2::uuid[]) AND r.link_key = ANY($3::text[])
    AND NOT (r.source_id = ANY($4::uuid[]))
LIMIT $5;

-- name: begin_removal
INSERT INTO outbox (application_id, id, kind, entity_id, payload, due_at)
VALUES ($1, $2, 'removal', $3, $4, now() + interval '30 s');

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

-- name: end_removal
DELETE FROM outbox WHERE application_id = $1 AND id = $2;

-- name: follow
INSERT INTO outbox (application_id, id, kind, entity_type, entity_id, payload)
SELECT $1, gen_random_uuid(), $2, l.entity_type, l.id, l.letter
FROM unnest($3::text[], $4::uuid[], $5::jsonb[]) AS l (entity_type, id, letter);

-- name: due_applications
-- Which applications have something to deliver; what is taken names each of them.
SELECT DISTINCT application_id FROM outbox WHERE kind = $1 AND due_at <= now();

-- name: claim_letters
UPDATE outbox o SET due_at = now() + make_interval(secs => $3), attempts = o.attempts + 1
WHERE o.application_id = $1 AND o.id IN (
    SELECT i.id FROM outbox i WHERE i.application_id = $1 AND i.kind = $2 AND i.due_at <= now()
    ORDER BY i.due_at, i.id LIMIT $4
    FOR UPDATE SKIP LOCKED
)
RETURNING o.id, o.entity_type, o.entity_id, o.payload, o.attempts;

-- name: letter_done
DELETE FROM outbox WHERE application_id = $1 AND id = $2;

-- name: letter_again
UPDATE outbox SET due_at = now() + make_interval(secs => $3) WHERE application_id = $1 AND id = $2;

-- name: claim_formulas
-- Only one server at a time gets the row, and only while the records stand on other expressions.
INSERT INTO entity_formulas AS f (application_id, entity_type, lease_until)
VALUES ($1, $2, now() + make_interval(secs => $4))
ON CONFLICT (application_id, entity_type) DO UPDATE SET lease_until = excluded.lease_until
    WHERE f.signature <> $3::text AND f.lease_until <= now()
RETURNING true;

-- name: renew_formulas
UPDATE entity_formulas SET lease_until = now() + make_interval(secs => $3) WHERE application_id = $1 AND entity_type = $2;

-- name: formulas_done
UPDATE entity_formulas SET signature = $3, lease_until = now() WHERE application_id = $1 AND entity_type = $2;

-- name: some_records
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.entity_type = $2 AND e.id > $3
ORDER BY e.id LIMIT $4;

-- name: last_deletion
SELECT to_char((at - interval '1 microsecond') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS before, new
FROM audit_log WHERE application_id = $1 AND entity_id = $2 AND action = 'delete'
ORDER BY audit_log.at DESC LIMIT 1;

-- name: linked_since
-- What was done since a moment to the links of a record, from either end, the newest first.
SELECT l.entity_id, l.old, l.new FROM audit_log l
WHERE l.application_id = $1 AND l.at > $3::text::timestamptz AND l.action = 'link'
    AND (l.entity_id = $2 OR jsonb_path_exists(coalesce(l.old, '{}'), '$.*[*] ? (@ == $id)', jsonb_build_object('id', $2::text))
        OR jsonb_path_exists(coalesce(l.new, '{}'), '$.*[*] ? (@ == $id)', jsonb_build_object('id', $2::text)))
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
ORDER BY audit_log.at DESC, id;
