-- Says whether the program is of the expected generation.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- Reply    'fresh'
-- Law      reads only.

return 'fresh'
