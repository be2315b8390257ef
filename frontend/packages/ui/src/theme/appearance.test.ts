// @vitest-environment node
import { expect, it } from "vitest";
import { accentStyle, readAccent } from "./appearance";

it("tells what each scheme makes of a colour, and that text on it can be read", () => {
  const reading = readAccent("#ffd400");
  expect(reading?.light.colour).not.toBe(reading?.dark.colour);
  expect(Math.min(reading?.light.ratio ?? 0, reading?.dark.ratio ?? 0)).toBeGreaterThan(4.5);
  expect(readAccent("modern")).toBeNull();
});

it("gives a part of a screen the accent, and what is drawn with it as well", () => {
  const style = accentStyle("#5b21b6", "light");
  expect(style["--tq-accent"]).toBe(readAccent("#5b21b6")?.light.colour);
  expect(style["--mantine-primary-color-filled"]).toBe("var(--tq-accent)");
  expect(accentStyle(undefined, "dark")).toEqual({});
});
