-- Gives back those of the given seats that the order owns, held or sold, and the names that it holds.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- ARGV[2]  packed { order, user, rows, seats, ticket users }
-- Reply    how many seats changed
-- Law      only the owner's seats change, so a repeat or a late call changes nothing; the idempotency key stays.

local order, user, rows_ix, seats, names = unpack(cmsgpack.unpack(ARGV[2]))
local groups = owned(order, rows_ix, seats)
give_back(order, user, groups, names)
flush()
if #groups > 0 then shrink_hold(order, groups) end
return #groups
