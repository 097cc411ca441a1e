-- The names of tags are unique ignoring case and nothing else: Café and Cafe are two. `name_key`, which ignores accents
-- too, stays what they are ordered and found by. The column is generated once, since an UPDATE would see no row
-- through row security.
ALTER TABLE tags ADD COLUMN unique_key TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED;
ALTER TABLE tags ALTER COLUMN unique_key DROP EXPRESSION;
DROP INDEX tags_by_name;
CREATE INDEX tags_by_name ON tags (tenant_id, name_key, id);
CREATE UNIQUE INDEX tags_one_name ON tags (tenant_id, unique_key);
