-- Reads the state of all seats.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- Reply    one character a seat
-- Law      reads only.

return { call('GET', SEATS) }
