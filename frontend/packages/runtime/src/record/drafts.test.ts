import { beforeEach, describe, expect, it } from "vitest";
import { clearDrafts, draftPlace } from "./drafts";

const draft = { values: { label: "Mine" }, base: { label: "Old" } };

describe("drafts", () => {
  beforeEach(() => sessionStorage.clear());

  it("are found again by the same person, in the same form, and by nobody else", () => {
    draftPlace("app", "Ada", "todo_form/new").write(draft);
    expect(draftPlace("app", "Ada", "todo_form/new").read()).toEqual(draft);
    expect([draftPlace("app", "Grace", "todo_form/new"), draftPlace("app", null, "todo_form/new"), draftPlace("app", "Ada", "todo_form/1")].map((place) => place.read())).toEqual([null, null, null]);
  });

  it("are gone when they are discarded, and what else is kept stays", () => {
    sessionStorage.setItem("other", "1");
    draftPlace("app", "Ada", "todo_form/new").write(draft);
    clearDrafts();
    expect(draftPlace("app", "Ada", "todo_form/new").read()).toBeNull();
    expect(sessionStorage.getItem("other")).toBe("1");
  });

  it("that cannot be read are none", () => {
    const place = draftPlace("app", "Ada", "todo_form/new");
    place.write(draft);
    const [key = ""] = Object.keys(sessionStorage);
    for (const broken of ["{", "3", '{"values":1}']) {
      sessionStorage.setItem(key, broken);
      expect(place.read()).toBeNull();
    }
  });
});
