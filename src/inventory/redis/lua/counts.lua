-- Reads the counts of all categories.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- Reply    field, value, field, value … of the hash `counts`
-- Law      reads only.

return call('HGETALL', COUNTS)
