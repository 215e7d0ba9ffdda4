-- Says which seats hold.lua would take at this instant, and takes nothing.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- ARGV[2]  category index
-- ARGV[3]  seats wanted
-- ARGV[4]  '1' when they may be split
-- Reply    'seats <position> …', or the word of a rejection
-- Law      reads only: whoever writes on this answer must check it again.

local groups, refusal = choose(tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1')
if not groups then return refusal end
return 'seats ' .. table.concat(seats_of(groups), ' ')
