-- Write as a turn does, and take it away again. What a failure in between leaves ends by itself.
-- KEYS a text, a list, a hash, a sorted set, a set
local SECOND = 1000

local function put(index, command, ...)
  redis.call(command, KEYS[index], ...)
  redis.call('PEXPIRE', KEYS[index], SECOND)
end

redis.call('SET', KEYS[1], '', 'PX', SECOND)
put(2, 'RPUSH', '')
put(3, 'HINCRBY', '', 1)
put(4, 'ZADD', 0, '')
put(5, 'SADD', '')
redis.call('DEL', unpack(KEYS))
return 1
