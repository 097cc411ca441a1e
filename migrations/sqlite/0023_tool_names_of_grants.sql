-- How one app of one person sees the names of tools, where somebody chose; else as its client has it.
ALTER TABLE grants ADD COLUMN tool_names TEXT CHECK (tool_names IN ('underscore', 'dot'));
