-- Sends the bodies of a file (one per line) in turn to one path, with a bearer token.
-- wrk -s requests.lua URL -- FILE TOKEN
local bodies, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    bodies[#bodies + 1] = wrk.format("POST", nil, {
      ["content-type"] = "application/json",
      ["authorization"] = args[2] and ("Bearer " .. args[2]) or nil,
    }, line)
  end
end
function request()
  at = at % #bodies + 1
  return bodies[at]
end
function done(summary, latency, _)
  io.write(string.format("RESULT %.1f %.3f %.3f %d\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
