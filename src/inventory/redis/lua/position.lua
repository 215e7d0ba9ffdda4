-- Says where an order stands in the queue.
--
-- KEYS     see hall.lua
-- ARGV[1]  expected generation
-- ARGV[2]  order
-- Reply    { the place that it got, orders taken off so far }, or {} when it is not queued
-- Law      reads only.

local place = call('HGET', PENDING, ARGV[2])
if not place then return {} end
return { tonumber(string.match(place, '^%d+')), tonumber(call('HGET', MARKS, 'done') or 0) }
