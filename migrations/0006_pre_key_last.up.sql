-- Of two indexes that cost the same the planner takes the younger one, and for a part that it believes empty all cost
-- the same. What is planned once has to find records by their key then too, so the key is the youngest.

ALTER TABLE entity_relationships DROP CONSTRAINT entity_relationships_target;
ALTER TABLE entities DROP CONSTRAINT entities_pkey;
ALTER TABLE entities ADD PRIMARY KEY (application_id, id);
ALTER TABLE entity_relationships ADD CONSTRAINT entity_relationships_target FOREIGN KEY (application_id, target_id)
    REFERENCES entities (application_id, id) DEFERRABLE INITIALLY IMMEDIATE;
