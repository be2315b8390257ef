DROP INDEX audit_log_deletions;
