-- Where a server answers, so that a sign-in link made beside it leads there, whatever address it was started with.

ALTER TABLE hosts ADD COLUMN address text NOT NULL DEFAULT '';
