-- What one deletion took along, so that it can come back together.

CREATE INDEX audit_log_deletions ON audit_log (application_id, (new ->> 'deletion'))
    WHERE action = 'delete' AND new ? 'deletion';
