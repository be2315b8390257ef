// Writes lines into the log of the execution.
(function (host) {
  "use strict";
  const { stringify } = JSON;
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
    host.log(level, line.toWellFormed());
  };
  return { debug: say("debug"), log: say("info"), info: say("info"), warn: say("warn"), error: say("error") };
});
