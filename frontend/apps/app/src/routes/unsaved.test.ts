// @vitest-environment node
import { describe, expect, it } from "vitest";
import { lost } from "./unsaved";

const at = (pathname: string, search = "") => ({ pathname, search, hash: "", state: null, key: "", mask: undefined });

describe("what a step would lose", () => {
  const drawer = { drawer: 2, page: 0 };
  const page = { drawer: 0, page: 3 };

  it("is the drawer's form when the drawer is left, and nothing while only the list behind it changes", () => {
    expect(lost(drawer, at("/todo", "?form=f&new=1"), at("/todo"))).toBe(2);
    expect(lost(drawer, at("/todo", "?form=f&new=1"), at("/todo", "?form=f&new=1&q=milk"))).toBe(0);
  });

  it("is the page's form when the page is left, and nothing while a drawer opens over it", () => {
    expect(lost(page, at("/todo/a"), at("/todo/b"))).toBe(3);
    expect(lost(page, at("/todo/a"), at("/todo/a", "?form=f&new=1"))).toBe(0);
  });
});
