-- Attachments: what is known of the files that Binary fields hold. The bytes lie in a folder or an object store.
--
-- A row comes before its bytes and goes with them, so no bytes are without a row. unused_since is set while no
-- record is known to hold the file; whether one does is always asked of the records themselves.

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
