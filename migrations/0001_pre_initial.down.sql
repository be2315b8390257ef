-- Takes back the first schema, with everything in it.

DROP TABLE api_tokens, sign_in_links, sessions, role_assignments, users;
DROP TABLE xflow_node_executions, xflow_executions;
DROP TABLE audit_log, outbox, idempotency_keys, entity_counts, entity_keys;
DROP TABLE entity_relationships, entities;
DROP TABLE torque_applications, torque_model_revisions, torque_models;
DROP TABLE hosts, system_config, schema_migrations;
