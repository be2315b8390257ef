DROP INDEX audit_log_links;
