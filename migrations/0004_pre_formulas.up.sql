-- With which expressions the computed fields of a type were worked out last, and who is at it.
CREATE TABLE entity_formulas (
    application_id  uuid NOT NULL,
    entity_type     text COLLATE "C" NOT NULL,
    signature       text NOT NULL DEFAULT '',
    lease_until     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (application_id, entity_type)
);
