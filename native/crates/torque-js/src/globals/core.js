// Defines globals that are made when a script first looks at them.
(function (host, names) {
  "use strict";
  const { defineProperty } = Object;
  const put = (name, value) =>
    defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  for (const name of names) {
    defineProperty(globalThis, name, {
      configurable: true,
      enumerable: false,
      get() {
        const value = host.part(name)(host);
        put(name, value);
        return value;
      },
      set(value) {
        put(name, value);
      },
    });
  }
});
