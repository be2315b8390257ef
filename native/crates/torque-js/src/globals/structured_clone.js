// Copies what can be copied, circles included, and refuses the rest.
(function () {
  "use strict";
  const { isArray } = Array;
  const { ownKeys } = Reflect;
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
  return (value) => clone(value, new Map());
});
