DROP INDEX audit_log_deleted;
