-- The key stays as it is: which of two indexes is the younger one changes no answer.
SELECT 1;
