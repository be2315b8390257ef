DROP TABLE entity_formulas;
