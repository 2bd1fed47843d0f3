-- What a person knows a session by: the first words of its oldest question. NULL in lines of before.
ALTER TABLE sessions ADD COLUMN title TEXT;
