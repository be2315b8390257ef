// What was thrown, as the JSON of its name, message and stack.
(function () {
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
  return (error) => {
    if (error instanceof Error) {
      const name = error.name === undefined ? "Error" : String(error.name);
      const message = String(error.message);
      const whole = name === "Error" ? message : `${name}: ${message}`;
      return stringify([name, whole.toWellFormed(), String(error.stack ?? "").toWellFormed()]);
    }
    return stringify(["", shown(error).toWellFormed(), ""]);
  };
});
