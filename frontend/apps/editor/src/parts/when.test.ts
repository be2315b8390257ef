import { expect, it } from "vitest";
import { whenText } from "./when";

const now = new Date(2026, 10, 20, 12, 0, 0);
const ago = (ms: number): Date => new Date(now.getTime() - ms);

it("is relative under a day and a date after it", () => {
  expect(whenText(ago(5_000), now, "en")).toBe("now");
  expect(whenText(ago(120_000), now, "en")).toBe("2 min. ago");
  expect(whenText(ago(3 * 3_600_000), now, "en")).toBe("3 hr. ago");
  expect(whenText(ago(2 * 86_400_000), now, "en-GB")).toBe("18 Nov");
  expect(whenText(ago(400 * 86_400_000), now, "en-GB")).toBe("16 Oct 2025");
});
