// @vitest-environment node
import type { Page, PageComponent } from "@torque/protocol";
import { describe, expect, it } from "vitest";
import { arrange } from "./arrange";
import { modalIds } from "./modals";
import { layoutStyle } from "./style";

const component = (type: string, id: string, more: Partial<PageComponent> = {}): PageComponent => ({ type, id, position: null, props: {}, style: null, events: null, children: null, ...more });
const page = (components: PageComponent[]): Page => ({ id: "p", title: "Page", layout: { type: "Single", rows: 12, columns: 12 }, components, meta: { version: "1.0", generatedAt: "", appId: "" } });

describe("a page as a screen", () => {
  it("lifts its buttons into the header and gives the only grid the room that is left", () => {
    const arranged = arrange(page([component("Button", "new", { props: { variant: "primary" } }), component("Button", "other"), component("DataGrid", "grid")]));
    expect(arranged.actions.map(({ id }) => id)).toEqual(["other", "new"]);
    expect(arranged.alone).toBe("grid");
  });

  it("takes its title from the heading it brings", () => {
    const arranged = arrange(page([component("Text", "title", { props: { content: "Dashboard", variant: "h1" } }), component("DataGrid", "a"), component("DataGrid", "b")]));
    expect(arranged).toMatchObject({ title: "Dashboard", alone: null });
    expect(arranged.body.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("fills one button only", () => {
    const primary = { props: { variant: "primary" } };
    const { actions } = arrange(page([component("Button", "a", primary), component("Button", "b", primary)]));
    expect(actions.map(({ id, props }) => [id, props.variant])).toEqual([["b", "default"], ["a", "primary"]]);
  });

  it("knows the dialogs it brings, at any depth", () => {
    expect(modalIds([component("Container", "c", { children: [component("Modal", "help")] })])).toEqual(new Set(["help"]));
  });

  it("leaves colours and shadows of a model to the theme", () => {
    expect(layoutStyle({ marginTop: "16px", backgroundColor: "white", boxShadow: "none" })).toEqual({ marginTop: "16px" });
  });
});
