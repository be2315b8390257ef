import type { PageComponent } from "@torque/protocol";
import { describe, expect, it } from "vitest";
import { metadata } from "../fixtures/server";
import { pageScope, visibleComponents } from "./visible";

const part = (id: string, visible_if?: string, children: PageComponent[] | null = null): PageComponent => ({ type: "Text", id, position: null, props: {}, style: null, events: null, children, visible_if });

const shown = (components: PageComponent[], address = "", user: Parameters<typeof pageScope>[2] = null): string[] =>
  visibleComponents(components, pageScope(new URLSearchParams(address), metadata, user)).flatMap(({ id, children }) => [id, ...(children ?? []).map((child) => child.id)]);

describe("the components of a page", () => {
  it("are drawn while their condition on the page's parameters holds", () => {
    const components = [part("always"), part("late", "params.view == 'late'"), part("other", "!params.view")];
    expect(shown(components, "view=late")).toEqual(["always", "late"]);
    expect(shown(components)).toEqual(["always", "other"]);
  });

  it("may depend on who reads and what the reader may do", () => {
    const components = [part("admin", "'admin' in user.roles"), part("guest", "user.name == null"), part("adder", "permissions.todo.create")];
    expect(shown(components)).toEqual(["guest", "adder"]);
    expect(shown(components, "", { name: "Ada", roles: ["admin"] })).toEqual(["admin", "adder"]);
  });

  it("are left out inside a container too", () => {
    expect(shown([part("box", undefined, [part("in"), part("out", "params.view")])])).toEqual(["box", "in"]);
  });

  it("stay where their condition cannot be decided", () => {
    expect(shown([part("strange", "window.alert(1)"), part("unknown", "weather == 'fine'")])).toEqual(["strange", "unknown"]);
  });
});
