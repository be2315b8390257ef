ALTER TABLE entities ALTER COLUMN data RESET (n_distinct_inherited);
DROP TABLE entity_summaries;
DROP TABLE entity_demand;
