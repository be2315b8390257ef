-- What was deleted of a type, the newest first: the list of what can come back. Other questions
-- about deletions name a record, and never go along this one: they do not ask for values.

CREATE INDEX audit_log_deleted ON audit_log (application_id, entity_type, at DESC, id DESC)
    WHERE action = 'delete' AND old IS NOT NULL;
