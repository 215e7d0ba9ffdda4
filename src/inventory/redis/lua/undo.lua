-- An order never came to be: gives back what it holds and forgets its idempotency key.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- ARGV[2]  order
-- Reply    how many seats changed
-- Law      an order without a hold record (unknown, confirmed, released) is left alone, and so is its key.

local order = ARGV[2]
local record = call('HGET', HOLDS, order)
if not record then return 0 end
local _, user, real_names, places, key = string.match(record, HOLD_RECORD)
local names = {}
for name in string.gmatch(real_names, '%d+') do names[#names + 1] = name end
local rows_ix, seats = places_of(places)
local groups = owned(order, rows_ix, seats, HELD)
give_back(order, user, groups, names)
flush()
call('HDEL', HOLDS, order)
local field = user .. ':' .. key
local known = key ~= '' and call('HGET', REQUESTS, field)
if known and sub(known, -#order - 1) == ':' .. order then call('HDEL', REQUESTS, field) end
return #groups
