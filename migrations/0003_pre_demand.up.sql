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
