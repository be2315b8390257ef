// The globals of a script, made anew for every execution. What is used here is taken before the script runs, so
// whatever a script does to prototypes or globals, it does to itself alone.
(function (host) {
  "use strict";
  const { parse, stringify } = JSON;
  const { apply, ownKeys } = Reflect;
  const isArray = Array.isArray;
  const wellFormed = String.prototype.toWellFormed;
  const text = (value) => apply(wellFormed, String(value), []);
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });

  const shown = (value) => {
    if (typeof value === "string") return value;
    if (typeof value === "bigint") return `${value}n`;
    if (value instanceof Error) return value.stack ? `${value}\n${value.stack}` : `${value}`;
    try {
      const json = stringify(value);
      return json === undefined ? String(value) : json;
    } catch {
      return String(value);
    }
  };
  const say = (level) => (...values) => {
    let line = "";
    for (let i = 0; i < values.length; i++) line += (i ? " " : "") + shown(values[i]);
    host.log(level, text(line));
  };
  define("console", {
    debug: say("debug"), log: say("info"), info: say("info"), warn: say("warn"), error: say("error"),
  });

  const waiting = new Map();
  const { get: take, set: put, delete: drop } = Map.prototype;
  const call = (op, args) =>
    new Promise((resolve, reject) => {
      apply(put, waiting, [host.call(op, text(stringify(args))), { resolve, reject }]);
    });
  const settle = (id, ok, value) => {
    const promise = apply(take, waiting, [id]);
    apply(drop, waiting, [id]);
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
      json: async () => parse(answer.body ?? ""),
    };
  };
  define("fetch", async (url, options) => {
    const { method = "GET", headers, body } = options ?? {};
    const sent = { method: String(method), headers: headersOf(headers), body: body == null ? null : String(body) };
    return responseOf(await call("fetch", [String(url), sent]));
  });

  const cloneInto = (source, target, seen) => {
    for (const key of ownKeys(source)) {
      if (typeof key === "string" && Object.prototype.propertyIsEnumerable.call(source, key)) {
        Object.defineProperty(target, key, {
          value: clone(source[key], seen), writable: true, configurable: true, enumerable: true,
        });
      }
    }
    return target;
  };
  const clone = (value, seen) => {
    if (typeof value === "function" || typeof value === "symbol") {
      throw new TypeError(`a ${typeof value} cannot be cloned`);
    }
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (copy) => (seen.set(value, copy), copy);
    if (isArray(value)) return cloneInto(value, keep(new Array(value.length)), seen);
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) {
      const buffer = clone(value.buffer, seen);
      const size = value instanceof DataView ? value.byteLength : value.length;
      return keep(new value.constructor(buffer, value.byteOffset, size));
    }
    if (value instanceof Map) {
      const copy = keep(new Map());
      for (const [key, member] of value) copy.set(clone(key, seen), clone(member, seen));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set());
      for (const member of value) copy.add(clone(member, seen));
      return copy;
    }
    if (value instanceof Error) {
      const copy = keep(Object.create(Object.getPrototypeOf(value)));
      for (const key of ["message", "stack", "cause"]) {
        if (Object.hasOwn(value, key)) {
          Object.defineProperty(copy, key, { value: clone(value[key], seen), writable: true, configurable: true });
        }
      }
      return copy;
    }
    if (value instanceof Boolean || value instanceof Number || value instanceof String) {
      return keep(Object(value.valueOf()));
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
      throw new TypeError("this kind of object cannot be cloned");
    }
    return cloneInto(value, keep({}), seen);
  };
  define("structuredClone", (value) => clone(value, new Map()));

  define("JSON_parse", (source, reviver) => parse(source, reviver));
  define("JSON_stringify", (value, replacer, space) => stringify(value, replacer, space));
  define("performance_now", () => host.now());
  define("crypto", { randomUUID: () => host.uuid() });

  const describe = (error) => {
    if (error instanceof Error) {
      const name = error.name === undefined ? "Error" : String(error.name);
      const message = String(error.message);
      return stringify([name, text(name === "Error" ? message : `${name}: ${message}`), text(error.stack ?? "")]);
    }
    return stringify(["", text(shown(error)), ""]);
  };
  return { settle, describe };
});
