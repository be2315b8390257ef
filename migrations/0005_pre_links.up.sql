-- What was done to links since a moment is asked for by lists of the past, and is few among all that was done.

CREATE INDEX audit_log_links ON audit_log (application_id, at DESC, id) WHERE action = 'link';
