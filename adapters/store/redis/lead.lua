-- Take or renew a role that one at a time has. What cannot be read there is nobody's.
-- KEYS role: "<held till> <holder>"
-- ARGV who, now, till
local now, till = tonumber(ARGV[2]), tonumber(ARGV[3])
local held, holder = string.match(sound(text_at, KEYS[1]) or '', '^(%-?%d+) (.*)$')
if held and #held <= 17 and holder ~= ARGV[1] and now < tonumber(held) then return 0 end
redis.call('SET', KEYS[1], ARGV[3] .. ' ' .. ARGV[1], 'PX', whole(math.max(0, till - now) / 1000 + SLACK))
return 1
