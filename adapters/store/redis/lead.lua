-- Take or renew a role that one at a time has.
-- KEYS role: "<held till> <holder>"
-- ARGV who, now, till
local now, till = tonumber(ARGV[2]), tonumber(ARGV[3])
local raw = redis.call('GET', KEYS[1])
if raw then
  local held, holder = string.match(raw, '^(%-?%d+) (.*)$')
  if not held then corrupt('lead') end
  if holder ~= ARGV[1] and now < tonumber(held) then return 0 end
end
redis.call('SET', KEYS[1], ARGV[3] .. ' ' .. ARGV[1], 'PX', whole(math.max(0, till - now) / 1000 + SLACK))
return 1
