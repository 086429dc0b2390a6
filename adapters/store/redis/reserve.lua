-- Book sends of a bot, one `pause` after the other. A timetable that cannot be read is empty.
-- KEYS timetable
-- ARGV now, count, pause, how late the first may be for anything to be booked (-1: however late)
local now = tonumber(ARGV[1])
local first = math.max(now, tonumber(string.match(sound(text_at, KEYS[1]) or '', '^%d+$')) or now)
local latest = tonumber(ARGV[4])
if latest >= 0 and first - now > latest then return whole(first) end
local taken = first + tonumber(ARGV[2]) * tonumber(ARGV[3])
redis.call('SET', KEYS[1], whole(taken), 'PX', whole((taken - now) / 1000 + SLACK))
return whole(first)
