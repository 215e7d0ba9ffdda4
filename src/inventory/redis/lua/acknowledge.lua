-- Takes written or rejected orders off a program's queue. Asks for no generation: a queue is drained before a rebuild.
--
-- KEYS     queue, pending, marks of the program
-- ARGV[1]  a stream id when these orders are all that the stream has before it, else ''
-- ARGV[2…] order, order …
-- Reply    how many orders were taken off
-- Law      a repeat takes nothing off.

local orders = { unpack(ARGV, 2) }
local places = redis.call('HMGET', KEYS[2], unpack(orders))
local entries = {}
for _, place in ipairs(places) do
  if place then entries[#entries + 1] = string.match(place, ':(.+)$') end
end
if #entries == 0 then return 0 end
if ARGV[1] ~= '' then
  -- To cut the front off costs less than to take entries out one by one.
  redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
else
  redis.call('XDEL', KEYS[1], unpack(entries))
end
redis.call('HDEL', KEYS[2], unpack(orders))
redis.call('HINCRBY', KEYS[3], 'done', #entries)
return #entries
