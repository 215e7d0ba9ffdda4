-- Keeps a lock for longer, if it is still ours.
--
-- KEYS[1]  the lock
-- ARGV[1]  our token
-- ARGV[2]  its new life in milliseconds
-- Reply    1 when it was ours, else 0
-- Law      nobody but its owner keeps a lock alive.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
