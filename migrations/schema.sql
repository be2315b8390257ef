-- The whole schema as it stands: the sum of all migrations, held equal to them by a test.
--
-- The number of hash partitions is read from the setting torque.partitions, which the migrator takes
-- from database.partitions; it is fixed by this migration. Monthly partitions are made by the server.

CREATE TABLE schema_migrations (
    version      integer PRIMARY KEY,
    name         text NOT NULL,
    checksum     text NOT NULL,
    applied_at   timestamptz NOT NULL DEFAULT now(),
    duration_ms  double precision NOT NULL DEFAULT 0
);

CREATE TABLE system_config (
    key         text PRIMARY KEY,
    value       jsonb NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now()
);

-- One row per server start. A row counts as live until its lease ends. A sign-in link made beside a server leads to the
-- address that it answers at.
CREATE TABLE hosts (
    run_id        text PRIMARY KEY,
    host          text NOT NULL,
    pid           integer NOT NULL,
    workers       integer NOT NULL,
    confirmed     bigint NOT NULL DEFAULT 0,
    started_at    timestamptz NOT NULL DEFAULT now(),
    lease_until   timestamptz NOT NULL,
    address       text NOT NULL DEFAULT ''
);

-- Design time ---------------------------------------------------------------------------------------------

CREATE TABLE torque_models (
    id            uuid PRIMARY KEY,
    name          text NOT NULL UNIQUE,
    display_name  text NOT NULL DEFAULT '',
    document      jsonb NOT NULL,
    revision      integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE torque_model_revisions (
    model_id    uuid NOT NULL REFERENCES torque_models (id) ON DELETE CASCADE,
    revision    integer NOT NULL,
    document    jsonb NOT NULL,
    changes     jsonb NOT NULL DEFAULT '[]',
    author      text NOT NULL DEFAULT '',
    message     text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (model_id, revision)
);

-- model_revision is null for an application that follows the head of its model.
CREATE TABLE torque_applications (
    id              uuid PRIMARY KEY,
    model_id        uuid NOT NULL REFERENCES torque_models (id),
    model_revision  integer,
    name            text NOT NULL UNIQUE,
    label           text NOT NULL DEFAULT '',
    status          text NOT NULL DEFAULT 'running',
    config          jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX torque_applications_model ON torque_applications (model_id);

-- Records -------------------------------------------------------------------------------------------------
-- entity_type and the members of data stand under storage keys, so a rename touches no row.

CREATE TABLE entities (
    application_id  uuid NOT NULL,
    id              uuid NOT NULL,
    entity_type     text COLLATE "C" NOT NULL,
    data            jsonb NOT NULL,
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
) PARTITION BY HASH (application_id);
-- id descends with created_at: with id ascending a cursor deep in an import of equal times scans them all.
CREATE INDEX entities_base ON entities (application_id, entity_type, created_at DESC, id DESC);
CREATE INDEX entities_data ON entities USING gin (data jsonb_path_ops);
-- Of two indexes that cost the same the planner takes the younger one, and for a part that it believes empty all cost
-- the same. What is planned once has to find records by their key then too, so the key is the youngest.
ALTER TABLE entities ADD PRIMARY KEY (application_id, id);

-- One row per set reference. The key to the target is what refuses a dangling reference, whatever races.
CREATE TABLE entity_relationships (
    application_id  uuid NOT NULL,
    link_key        text COLLATE "C" NOT NULL,
    source_id       uuid NOT NULL,
    target_id       uuid NOT NULL,
    position        integer NOT NULL DEFAULT 0,
    PRIMARY KEY (application_id, source_id, link_key, position),
    CONSTRAINT entity_relationships_target FOREIGN KEY (application_id, target_id)
        REFERENCES entities (application_id, id) DEFERRABLE INITIALLY IMMEDIATE
) PARTITION BY HASH (application_id);
CREATE INDEX entity_relationships_by_target ON entity_relationships (application_id, target_id, link_key);

DO $$
DECLARE
    leaves integer := coalesce(nullif(current_setting('torque.partitions', true), ''), '8')::integer;
BEGIN
    FOR leaf IN 0 .. leaves - 1 LOOP
        EXECUTE format('CREATE TABLE entities_%s PARTITION OF entities
            FOR VALUES WITH (MODULUS %s, REMAINDER %s)', leaf, leaves, leaf);
        EXECUTE format('CREATE TABLE entity_relationships_%s PARTITION OF entity_relationships
            FOR VALUES WITH (MODULUS %s, REMAINDER %s)', leaf, leaves, leaf);
    END LOOP;
END $$;

-- Uniqueness of fields and of field groups, kept in the statement that writes the record.
CREATE TABLE entity_keys (
    application_id  uuid NOT NULL,
    constraint_id   text COLLATE "C" NOT NULL,
    value           text COLLATE "C" NOT NULL,
    entity_id       uuid NOT NULL,
    PRIMARY KEY (application_id, constraint_id, value)
);
CREATE INDEX entity_keys_by_entity ON entity_keys (application_id, entity_id);

-- shard is the writing connection: one row per type would serialise every create.
CREATE TABLE entity_counts (
    application_id  uuid NOT NULL,
    entity_type     text COLLATE "C" NOT NULL,
    shard           integer NOT NULL,
    n               bigint NOT NULL,
    PRIMARY KEY (application_id, entity_type, shard)
) WITH (fillfactor = 50);

CREATE TABLE idempotency_keys (
    application_id  uuid NOT NULL,
    caller          text NOT NULL,
    method          text NOT NULL,
    key             text NOT NULL,
    params_hash     bytea NOT NULL,
    result          jsonb NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (application_id, caller, method, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE outbox (
    application_id  uuid NOT NULL,
    id              uuid NOT NULL,
    kind            text NOT NULL,
    entity_type     text COLLATE "C",
    entity_id       uuid,
    payload         jsonb NOT NULL DEFAULT '{}',
    attempts        integer NOT NULL DEFAULT 0,
    due_at          timestamptz NOT NULL DEFAULT now(),
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (application_id, id)
);
CREATE INDEX outbox_due ON outbox (due_at, id);

-- Range partitioned by month without a default partition: a default blocks DETACH ... CONCURRENTLY.
CREATE TABLE audit_log (
    at              timestamptz NOT NULL DEFAULT now(),
    id              uuid NOT NULL,
    application_id  uuid NOT NULL,
    entity_type     text COLLATE "C" NOT NULL,
    entity_id       uuid NOT NULL,
    action          text NOT NULL,
    actor           text NOT NULL,
    role            text NOT NULL DEFAULT '',
    protocol        text NOT NULL DEFAULT '',
    request_id      text NOT NULL DEFAULT '',
    old             jsonb,
    new             jsonb,
    PRIMARY KEY (application_id, entity_id, at, id)
) PARTITION BY RANGE (at);
CREATE INDEX audit_log_at ON audit_log USING brin (at);

-- Workflows -----------------------------------------------------------------------------------------------

CREATE TABLE xflow_executions (
    id              uuid NOT NULL,
    application_id  uuid NOT NULL,
    xflow_id        text NOT NULL,
    xflow_name      text NOT NULL DEFAULT '',
    model_revision  integer NOT NULL DEFAULT 0,
    status          text NOT NULL,
    trigger         text NOT NULL DEFAULT 'manual',
    caller          text NOT NULL DEFAULT '',
    input           jsonb,
    output          jsonb,
    error           jsonb,
    node_count      integer NOT NULL DEFAULT 0,
    duration_ms     double precision,
    started_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    PRIMARY KEY (application_id, id, started_at)
) PARTITION BY RANGE (started_at);
CREATE INDEX xflow_executions_recent ON xflow_executions (application_id, xflow_id, started_at DESC, id DESC);

CREATE TABLE xflow_node_executions (
    application_id  uuid NOT NULL,
    execution_id    uuid NOT NULL,
    position        integer NOT NULL,
    node_id         text NOT NULL,
    node_type       text NOT NULL,
    status          text NOT NULL,
    attempt         integer NOT NULL DEFAULT 1,
    input           jsonb,
    output          jsonb,
    error           jsonb,
    logs            jsonb,
    duration_ms     double precision,
    started_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    PRIMARY KEY (application_id, execution_id, position, started_at)
) PARTITION BY RANGE (started_at);

-- Identity ------------------------------------------------------------------------------------------------
-- Secrets are stored as SHA-256 only.

CREATE TABLE users (
    id            uuid PRIMARY KEY,
    name          text NOT NULL UNIQUE,
    display_name  text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz
);

CREATE TABLE role_assignments (
    user_id         uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role            text NOT NULL,
    application_id  uuid REFERENCES torque_applications (id) ON DELETE CASCADE,
    created_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (user_id, role, application_id)
);

CREATE TABLE sessions (
    id          uuid PRIMARY KEY,
    hash        bytea NOT NULL UNIQUE,
    name        text NOT NULL,
    role        text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL
);

CREATE TABLE sign_in_links (
    hash        bytea PRIMARY KEY,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);

CREATE TABLE api_tokens (
    id              uuid PRIMARY KEY,
    name            text NOT NULL,
    hash            bytea NOT NULL UNIQUE,
    role            text NOT NULL,
    application_id  uuid REFERENCES torque_applications (id) ON DELETE CASCADE,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz,
    revoked_at      timestamptz,
    last_used_at    timestamptz
);

-- Attachments. A row comes before its bytes and goes with them; unused_since is set while no record holds the file.
CREATE TABLE files (
    application_id  uuid NOT NULL,
    id              uuid NOT NULL,
    entity_type     text COLLATE "C" NOT NULL,
    field_key       text COLLATE "C" NOT NULL,
    name            text NOT NULL,
    media_type      text NOT NULL DEFAULT '',
    size            bigint,
    sha256          bytea,
    variants        text[] NOT NULL DEFAULT '{}',
    uploaded_by     text NOT NULL DEFAULT '',
    uploaded_at     timestamptz NOT NULL DEFAULT now(),
    unused_since    timestamptz DEFAULT now(),
    PRIMARY KEY (application_id, id)
);
CREATE INDEX files_unused ON files (unused_since) WHERE unused_since IS NOT NULL;

-- What lists and aggregations asked for, and aggregations of large types kept up to date.

-- One row per kind of question: detail says what it compares, sorts, groups and sums, under storage keys.
CREATE TABLE entity_demand (
    application_id  uuid NOT NULL REFERENCES torque_applications (id) ON DELETE CASCADE,
    entity_type     text COLLATE "C" NOT NULL,
    shape           text COLLATE "C" NOT NULL,
    kind            text NOT NULL,
    detail          jsonb NOT NULL,
    asked           bigint NOT NULL DEFAULT 0,
    slow            bigint NOT NULL DEFAULT 0,
    milliseconds    double precision NOT NULL DEFAULT 0,
    slowest         double precision NOT NULL DEFAULT 0,
    refused         text NOT NULL DEFAULT '',
    first_at        timestamptz NOT NULL DEFAULT now(),
    last_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (application_id, shape)
);

-- What records of a type come to, by the values they share. Triggers on the leaf add a row for every change, so that
-- writers never wait for each other; rows of the same values are put together from time to time.
CREATE TABLE entity_summaries (
    application_id  uuid NOT NULL,
    summary         text COLLATE "C" NOT NULL,
    shared          jsonb NOT NULL,
    n               bigint NOT NULL,
    counts          bigint[] NOT NULL,
    sums            numeric[] NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 2000);
CREATE INDEX entity_summaries_of ON entity_summaries (application_id, summary);

-- An expression over data has no statistics of its own. Without this the planner takes every record for a group of
-- its own and sorts them all, where a small hash table does.
ALTER TABLE entities ALTER COLUMN data SET (n_distinct_inherited = 200);

-- With which expressions the computed fields of a type were worked out last, and who is at it.
CREATE TABLE entity_formulas (
    application_id  uuid NOT NULL,
    entity_type     text COLLATE "C" NOT NULL,
    signature       text NOT NULL DEFAULT '',
    lease_until     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (application_id, entity_type)
);

-- What was done to links since a moment is asked for by lists of the past, and is few among all that was done.
CREATE INDEX audit_log_links ON audit_log (application_id, at DESC, id) WHERE action = 'link';

-- What was deleted of a type, the newest first: the list of what can come back.
CREATE INDEX audit_log_deleted ON audit_log (application_id, entity_type, at DESC, id DESC)
    WHERE action = 'delete' AND old IS NOT NULL;

-- What one deletion took along, so that it can come back together.
CREATE INDEX audit_log_deletions ON audit_log (application_id, (new ->> 'deletion'))
    WHERE action = 'delete' AND new ? 'deletion';
