import { beforeEach, describe, expect, it, vi } from "vitest";
import { COLOR_SCHEME_KEY, createSchemeManager, startKey } from "./schemeManager";

describe("the colour scheme", () => {
  beforeEach(() => localStorage.clear());

  it("is what the application starts with until the reader chooses", () => {
    const manager = createSchemeManager();
    const shown = vi.fn();
    manager.subscribe(shown);
    manager.suggest("dark");
    expect(shown).toHaveBeenCalledExactlyOnceWith("dark");
    expect(localStorage.getItem(COLOR_SCHEME_KEY)).toBeNull();
    expect(manager.get("auto")).toBe("dark");
    manager.set("light");
    expect(createSchemeManager().get("auto")).toBe("light");
  });

  it("stays the reader's when an application suggests another", () => {
    localStorage.setItem(COLOR_SCHEME_KEY, "light");
    const manager = createSchemeManager();
    const shown = vi.fn();
    manager.subscribe(shown);
    manager.suggest("dark");
    expect(shown).not.toHaveBeenCalled();
  });

  it("is remembered for each application by its own address", () => {
    expect(startKey("/app/todo/dashboard_page")).toBe("torque-color-scheme:/app/todo");
  });
});
