-- Gives a lock back, if it is still ours.
--
-- KEYS[1]  the lock
-- ARGV[1]  our token
-- Reply    1 when it was ours, else 0
-- Law      nobody but its owner deletes a lock.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
