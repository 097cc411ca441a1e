-- The names of tags are unique ignoring case and nothing else: Café and Cafe are two. `name_key`, which ignores accents
-- too, stays what they are ordered and found by.
ALTER TABLE tags ADD COLUMN unique_key TEXT NOT NULL DEFAULT '';
UPDATE tags SET unique_key = lower(name);
DROP INDEX tags_by_name;
CREATE INDEX tags_by_name ON tags (tenant_id, name_key, id);
CREATE UNIQUE INDEX tags_one_name ON tags (tenant_id, unique_key);
