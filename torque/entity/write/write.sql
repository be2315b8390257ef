-- Statements that create and change records; see the statements of records for how values travel.

-- name: limits
-- How long a write waits for locks, and how it checks foreign keys: by index, also where nearly all references lead to
-- one record, so that it looks as if all of them had to be read for any.
limits AS MATERIALIZED (
    SELECT set_config('lock_timeout', :patience, true), set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true)
)

-- name: input
-- The records of a write.
input AS MATERIALIZED (
    SELECT i.* FROM limits, ROWS FROM (
        unnest(:ids::text::uuid[]), unnest(:types::text::text[]), jsonb_array_elements(:datas::jsonb)
    ) AS i (id, entity_type, data)
)

-- name: logged_input
-- The records of a write, each with who asked for it.
input AS MATERIALIZED (
    SELECT i.* FROM limits, ROWS FROM (
        unnest(:ids::text::uuid[]), unnest(:types::text::text[]), jsonb_array_elements(:datas::jsonb),
        unnest(:actors::text::text[]), unnest(:roles::text::text[]), unnest(:protocols::text::text[]),
        unnest(:requests::text::text[])
    ) AS i (id, entity_type, data, actor, role, protocol, request_id)
)

-- name: stored
records AS (
    INSERT INTO entities (application_id, id, entity_type, data, version, created_at, updated_at)
    SELECT :application::uuid, i.id, i.entity_type, i.data, 1, :now::text::timestamptz, :now::text::timestamptz
    FROM input i
)

-- name: counted
-- What the records of a write add to the kept counts.
counted AS (
    INSERT INTO entity_counts AS c (application_id, entity_type, shard, n)
    SELECT :application::uuid, t.entity_type, pg_backend_pid() & 63, t.n
    FROM unnest(:count_types::text::text[], :counts::text::bigint[]) AS t (entity_type, n)
    ON CONFLICT (application_id, entity_type, shard) DO UPDATE SET n = c.n + excluded.n
)

-- name: end_backend
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2;

-- name: backend_lives
SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND application_name = $2);

-- name: create_records
-- include: limits, input, stored, counted

-- name: create_logged_records
-- include: limits, logged_input, stored, counted

-- name: revive_records
-- As create_records, for records that come back: they go on counting their versions, and are as old as they were.
-- include: limits
input AS MATERIALIZED (
    SELECT i.* FROM limits, ROWS FROM (
        unnest(:ids::text::uuid[]), unnest(:types::text::text[]), jsonb_array_elements(:datas::jsonb),
        unnest(:versions::text::int[]), unnest(:created::text::text[])
    ) AS i (id, entity_type, data, version, created)
), records AS (
    INSERT INTO entities (application_id, id, entity_type, data, version, created_at, updated_at)
    SELECT :application::uuid, i.id, i.entity_type, i.data, i.version, i.created::timestamptz, :now::text::timestamptz
    FROM input i
)

-- name: revive_audit
audited AS (
    INSERT INTO audit_log
        (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
    SELECT :now::text::timestamptz, gen_random_uuid(), :application::uuid, i.entity_type, i.id, 'undelete',
        :actor::text, :role::text, :protocol::text, :request::text,
        jsonb_build_object('version', i.version, 'created_at', i.created),
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
)
-- include: counted

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

-- name: create_log
-- A record begins once, so its entry may have its id; making another takes as long as a tenth of the whole.
audited AS (
    INSERT INTO audit_log (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, new)
    SELECT :now::text::timestamptz, i.id, :application::uuid, i.entity_type, i.id, 'create',
        i.actor, i.role, i.protocol, i.request_id, CASE WHEN :values THEN i.data END
    FROM input i
)

-- name: create_audit
-- As create_log, for records whose input does not say who asked for them.
audited AS (
    INSERT INTO audit_log (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, new)
    SELECT :now::text::timestamptz, i.id, :application::uuid, i.entity_type, i.id, 'create',
        a.actor, a.role, a.protocol, a.request_id, CASE WHEN :values THEN i.data END
    FROM input i JOIN unnest(:ids::text::uuid[], :actors::text::text[], :roles::text::text[], :protocols::text::text[], :requests::text::text[])
        AS a (id, actor, role, protocol, request_id) ON a.id = i.id
)

-- name: bulk_audit
-- One caller for all, so there is nothing to join.
audited AS (
    INSERT INTO audit_log (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, new)
    SELECT :now::text::timestamptz, i.id, :application::uuid, i.entity_type, i.id, 'create',
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

-- name: update_input
input AS MATERIALIZED (
    SELECT i.* FROM ROWS FROM (
        unnest(:ids::text::uuid[]), jsonb_array_elements(:datas::jsonb), unnest(:versions::text::int[]),
        unnest(:times::text::timestamptz[])
    ) AS i (id, data, version, at)
)

-- name: update_logged_input
-- The changes of a write, each with what its entry in the log says, which the change hands on.
input AS MATERIALIZED (
    SELECT i.* FROM ROWS FROM (
        unnest(:ids::text::uuid[]), jsonb_array_elements(:datas::jsonb), unnest(:versions::text::int[]),
        unnest(:times::text::timestamptz[]), unnest(:entries::text::uuid[]), unnest(:actors::text::text[]),
        unnest(:roles::text::text[]), unnest(:protocols::text::text[]), unnest(:requests::text::text[]),
        jsonb_array_elements(:olds::jsonb), jsonb_array_elements(:news::jsonb)
    ) AS i (id, data, version, at, entry, actor, role, protocol, request_id, old, new)
)

-- name: update_held
-- The version held is the newest there is; a plain join would compare with the snapshot's. One look into the primary key
-- for each id, as in `read`; the ids are sorted, so two batches lock in the same order. What is held stays at its place,
-- where the change finds it without looking it up again. What was written after the snapshot has a place that cannot be
-- seen in it: it is not changed but answered as it is now, whatever its version, and the change is prepared on that.
held AS MATERIALIZED (
    SELECT e.id, e.version, e.data, e.created_at, e.updated_at, e.entity_type, e.place
    FROM (SELECT unnest(:ids::text::uuid[]) FROM limits OFFSET 0) AS w (id) CROSS JOIN LATERAL (
        SELECT e.id, e.version, e.data, e.created_at, e.updated_at, e.entity_type, e.ctid AS place
        FROM entities e
        WHERE e.application_id = :application::uuid AND e.id = w.id
        OFFSET 0
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS e
)

-- name: update_records
-- include: limits, update_input, update_held
written AS (
    UPDATE entities e SET data = i.data, version = i.version + 1, updated_at = :now::text::timestamptz
    FROM held h JOIN input i ON i.id = h.id
    WHERE e.application_id = :application::uuid AND e.ctid = h.place AND h.version = i.version
        AND (i.at IS NULL OR h.updated_at = i.at)
    RETURNING e.id, e.entity_type
)

-- name: update_logged_records
-- include: limits, update_logged_input, update_held
written AS (
    UPDATE entities e SET data = i.data, version = i.version + 1, updated_at = :now::text::timestamptz
    FROM held h JOIN input i ON i.id = h.id
    WHERE e.application_id = :application::uuid AND e.ctid = h.place AND h.version = i.version
        AND (i.at IS NULL OR h.updated_at = i.at)
    RETURNING e.id, e.entity_type, i.entry, i.actor, i.role, i.protocol, i.request_id, i.old, i.new
)

-- name: update_unlinks
-- Each link is looked up by the key of its table, in whose order it is asked for (see `erase_records`).
unlinked AS (
    DELETE FROM entity_relationships r
    USING unnest(:unlink_keys::text::text[], :unlink_sources::text::uuid[], :unlink_positions::text::int[])
        AS l (link_key, source_id, position)
        JOIN written w ON w.id = l.source_id
        CROSS JOIN LATERAL (
            SELECT o.ctid AS place, o.position FROM entity_relationships o
            WHERE o.application_id = :application::uuid AND o.source_id = l.source_id AND o.link_key = l.link_key
                AND o.position >= l.position
            ORDER BY o.position LIMIT 1
        ) AS o
    WHERE r.application_id = :application::uuid AND r.ctid = o.place AND o.position = l.position
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

-- name: release_keys
DELETE FROM entity_keys k
USING unnest($2::text[], $3::text[], $4::uuid[]) AS o (constraint_id, value, entity_id)
WHERE k.application_id = $1 AND k.constraint_id = o.constraint_id AND k.value = o.value AND k.entity_id = o.entity_id;

-- name: update_keys
keyed AS (
    INSERT INTO entity_keys (application_id, constraint_id, value, entity_id)
    SELECT :application::uuid, k.constraint_id, k.value, k.entity_id
    FROM unnest(:key_constraints::text::text[], :key_values::text::text[], :key_owners::text::uuid[]) AS k (constraint_id, value, entity_id)
    JOIN written w ON w.id = k.entity_id
)

-- name: update_log
audited AS (
    INSERT INTO audit_log
        (at, id, application_id, entity_type, entity_id, action, actor, role, protocol, request_id, old, new)
    SELECT :now::text::timestamptz, w.entry, :application::uuid, w.entity_type, w.id, 'update',
        w.actor, w.role, w.protocol, w.request_id, w.old, w.new
    FROM written w
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
-- Only what was not written: a record held at another version, as it is now; one without version is locked, or gone.
SELECT i.id, h.data, h.version, to_char(h.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(h.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, h.entity_type
FROM input i LEFT JOIN held h ON h.id = i.id
WHERE NOT EXISTS (SELECT 1 FROM written w WHERE w.id = i.id)

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

-- name: claim_formulas
-- Only one server at a time gets the row, and only while the records stand on other expressions.
INSERT INTO entity_formulas AS f (application_id, entity_type, lease_until)
VALUES ($1, $2, now() + make_interval(secs => $4))
ON CONFLICT (application_id, entity_type) DO UPDATE SET lease_until = excluded.lease_until
    WHERE f.signature <> $3::text AND f.lease_until <= now()
RETURNING f.signature;

-- name: formulas_stand
SELECT EXISTS (SELECT 1 FROM entity_formulas f WHERE f.application_id = $1 AND f.entity_type = $2 AND f.signature = $3);

-- name: renew_formulas
UPDATE entity_formulas SET lease_until = now() + make_interval(secs => $3) WHERE application_id = $1 AND entity_type = $2;

-- name: formulas_done
UPDATE entity_formulas SET signature = $3, lease_until = now() WHERE application_id = $1 AND entity_type = $2;

-- name: formulas_gone
-- Their entities have neither expressions nor unique rules nor references by now.
UPDATE entity_formulas SET signature = ''
WHERE application_id = $1 AND entity_type = ANY($2::text[]) AND signature <> '' AND lease_until <= now();

-- name: keys_of
SELECT k.entity_id, k.constraint_id, k.value FROM entity_keys k
WHERE k.application_id = $1 AND k.entity_id = ANY($2::uuid[]);

-- name: hold_data
SELECT e.id, e.data FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[])
ORDER BY e.id FOR NO KEY UPDATE;

-- name: touch
-- Each gets a new place though nothing changes: a statement that began before and does not see its new keys leaves it
-- alone then, and is repeated (see `erase_records`).
UPDATE entities SET version = version WHERE application_id = $1 AND id = ANY($2::uuid[]);

-- name: drop_keys
DELETE FROM entity_keys k
USING unnest($2::uuid[], $3::text[], $4::text[]) AS w (entity_id, constraint_id, value)
WHERE k.application_id = $1 AND k.entity_id = w.entity_id AND k.constraint_id = w.constraint_id AND k.value = w.value;

-- name: add_keys
-- A value that another record holds stays with it.
INSERT INTO entity_keys (application_id, entity_id, constraint_id, value)
SELECT $1, w.entity_id, w.constraint_id, w.value
FROM unnest($2::uuid[], $3::text[], $4::text[]) AS w (entity_id, constraint_id, value)
ON CONFLICT (application_id, constraint_id, value) DO NOTHING;

-- name: some_records
SELECT e.id, e.data, e.version,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
    to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS updated_at, e.entity_type
FROM entities e
WHERE e.application_id = $1 AND e.entity_type = $2 AND e.id > $3
ORDER BY e.id LIMIT $4;

-- name: unlinked
-- Where a look through records ends, and which of them have other links than their references say: keys of fields and
-- what their links stand under, in the same order.
WITH page AS MATERIALIZED (
    SELECT e.id, e.data FROM entities e
    WHERE e.application_id = $1 AND e.entity_type = $2 AND e.id > $3
    ORDER BY e.id LIMIT $4
)
SELECT (SELECT p.id FROM page p ORDER BY p.id DESC LIMIT 1) AS last, ARRAY(
    SELECT p.id::text FROM page p WHERE EXISTS (
        SELECT 1 FROM unnest($5::text[], $6::text[]) AS f (key, link_key)
        WHERE ARRAY(
            SELECT r.target_id::text FROM entity_relationships r
            WHERE r.application_id = $1 AND r.source_id = p.id AND r.link_key = f.link_key ORDER BY r.position
        ) <> CASE jsonb_typeof(p.data -> f.key)
            WHEN 'string' THEN ARRAY[p.data ->> f.key]
            WHEN 'array' THEN ARRAY(SELECT jsonb_array_elements_text(p.data -> f.key))
            ELSE '{}'
        END
    )
    ORDER BY p.id
) AS ids;

-- name: links_under
SELECT r.source_id, r.link_key, r.position, r.target_id FROM entity_relationships r
WHERE r.application_id = $1 AND r.source_id = ANY($2::uuid[]) AND r.link_key = ANY($3::text[]);

-- name: hold_targets
SELECT e.id, e.entity_type FROM entities e WHERE e.application_id = $1 AND e.id = ANY($2::uuid[])
ORDER BY e.id FOR KEY SHARE;

-- name: drop_links
DELETE FROM entity_relationships r
USING unnest($2::uuid[], $3::text[], $4::int[]) AS w (source_id, link_key, position)
WHERE r.application_id = $1 AND r.source_id = w.source_id AND r.link_key = w.link_key AND r.position = w.position;

-- name: add_links
INSERT INTO entity_relationships (application_id, source_id, link_key, position, target_id)
SELECT $1, w.source_id, w.link_key, w.position, w.target_id
FROM unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[]) AS w (source_id, link_key, position, target_id)
ON CONFLICT (application_id, source_id, link_key, position) DO UPDATE SET target_id = excluded.target_id;
