// Asks the host; its answers come through `host.settle`.
(function (host) {
  "use strict";
  const { isArray } = Array;
  const waiting = new Map();
  const call = (op, args) =>
    new Promise((resolve, reject) => {
      waiting.set(host.call(op, JSON.stringify(args).toWellFormed()), { resolve, reject });
    });
  host.settle = (id, ok, value) => {
    const promise = waiting.get(id);
    waiting.delete(id);
    if (promise === undefined) return;
    if (ok) promise.resolve(value);
    else promise.reject(new Error(value));
  };

  const headersOf = (source) => {
    const headers = { __proto__: null };
    const pairs = source == null ? [] : isArray(source) ? source : Object.entries(source);
    for (const [name, value] of pairs) headers[String(name).toLowerCase()] = String(value);
    return headers;
  };
  const responseOf = (answer) => {
    const headers = headersOf(answer.headers);
    const find = (name) => headers[String(name).toLowerCase()];
    return {
      ok: answer.status >= 200 && answer.status < 300,
      status: answer.status,
      statusText: answer.statusText ?? "",
      url: answer.url ?? "",
      headers: {
        get: (name) => find(name) ?? null,
        has: (name) => find(name) !== undefined,
        entries: () => Object.entries(headers),
      },
      text: async () => answer.body ?? "",
      json: async () => JSON.parse(answer.body ?? ""),
    };
  };
  return async (url, options) => {
    const { method = "GET", headers, body } = options ?? {};
    const sent = { method: String(method), headers: headersOf(headers), body: body == null ? null : String(body) };
    return responseOf(await call("fetch", [String(url), sent]));
  };
});
