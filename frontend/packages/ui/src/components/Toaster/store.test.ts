// @vitest-environment node
import { afterEach, describe, expect, it, vi } from "vitest";
import { hideToast, showToast, toastStore } from "./store";

afterEach(() => toastStore.snapshot().forEach(({ id }) => hideToast(id)));

describe("toasts", () => {
  it("are at most three: a fourth ends the first, whose time to undo is over", () => {
    const onExpire = vi.fn();
    showToast({ message: "one", onExpire });
    ["two", "three", "four"].forEach((message) => showToast({ message }));
    expect(toastStore.snapshot().map(({ message }) => message)).toEqual(["two", "three", "four"]);
    expect(onExpire).toHaveBeenCalledTimes(1);
  });

  it("do not expire when their action was taken", () => {
    const onExpire = vi.fn();
    hideToast(showToast({ message: "one", onExpire }));
    expect(onExpire).not.toHaveBeenCalled();
  });
});
