import type { EntityRecord } from "@torque/protocol";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { TorqueProvider } from "../../theme/TorqueProvider";
import { Form } from "./Form";
import type { DraftPlace, FormDraft, FormProps } from "./Form.types";

const definition: FormProps["definition"] = {
  id: "todo_form",
  name: "Todo Form",
  entity_type: "todo",
  fields: [
    { name: "label", field_type: "TextInput", label: "Task", required: true, validation: { maxLength: 20 } },
    { name: "note", field_type: "TextArea", label: "Note" },
  ],
  validation: [{ rule_type: "Required", field: "label", message: "Task description is required" }],
};

const record: EntityRecord = { id: "1", version: 1, label: "Buy groceries", note: null };

const form = (props: Partial<FormProps>) => (
  <TorqueProvider locale="en-GB">
    <Form definition={definition} onSubmit={() => Promise.resolve({ ok: true })} {...props} />
  </TorqueProvider>
);

const label = () => screen.getByRole("textbox", { name: "Task" });
const save = () => userEvent.click(screen.getByRole("button", { name: /Save/ }));

describe("Form", () => {
  it("sends every filled field of a new record", async () => {
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    render(form({ onSubmit }));
    await userEvent.type(label(), "Water the plants");
    await save();
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ label: "Water the plants" });
  });

  it("sends what changed of a record, and counts it before", async () => {
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    render(form({ record, onSubmit }));
    await userEvent.type(screen.getByRole("textbox", { name: /Note/ }), "Milk");
    expect(screen.getByText("1 unsaved change")).toBeTruthy();
    await save();
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ note: "Milk" });
    expect(screen.queryByText("1 unsaved change")).toBeNull();
  });

  it("explains instead of sending when something is missing", async () => {
    const onSubmit = vi.fn<FormProps["onSubmit"]>();
    render(form({ onSubmit }));
    await save();
    expect(await screen.findByText("Task description is required")).toBeTruthy();
    expect(screen.getByText("1 field needs attention")).toBeTruthy();
    expect(onSubmit).not.toHaveBeenCalled();
  });

  it("shows the server's errors at their fields and the others above", async () => {
    const errors = [
      { path: "/label", rule: "Unique", message: "This task exists.", severity: "Error" as const },
      { path: "/elsewhere", rule: "Custom", message: "The month is closed.", severity: "Error" as const },
    ];
    render(form({ record, onSubmit: () => Promise.resolve({ ok: false, errors }) }));
    await userEvent.type(label(), "!");
    await save();
    expect(await screen.findByText("This task exists.")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toContain("The month is closed.");
  });

  it("takes in what others changed and keeps what was typed", async () => {
    const { rerender } = render(form({ record }));
    await userEvent.type(screen.getByRole("textbox", { name: /Note/ }), "Mine");
    rerender(form({ record: { ...record, version: 2, label: "Buy bread", note: "Theirs" } }));
    expect((label() as HTMLInputElement).value).toBe("Buy bread");
    expect((screen.getByRole("textbox", { name: /Note/ }) as HTMLInputElement).value).toBe("Mine");
  });

  it("saves by Ctrl S", async () => {
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    render(form({ record, onSubmit }));
    await userEvent.type(label(), "!");
    await userEvent.keyboard("{Control>}s{/Control}");
    expect(onSubmit).toHaveBeenCalledTimes(1);
  });

  it("is sent once, however often it is pressed before the answer has come", async () => {
    let answer: (outcome: { ok: true }) => void = () => {};
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => new Promise((resolve) => (answer = resolve)));
    render(form({ record, onSubmit }));
    await userEvent.type(label(), "!{Enter}{Enter}");
    await userEvent.dblClick(screen.getByRole("button", { name: /Save/ }));
    await userEvent.keyboard("{Control>}s{/Control}");
    expect(onSubmit).toHaveBeenCalledTimes(1);
    answer({ ok: true });
    await waitFor(() => expect(screen.queryByText(/unsaved/)).toBeNull());
    await userEvent.type(label(), "?{Enter}");
    expect(onSubmit).toHaveBeenCalledTimes(2);
  });

  it("brings back what was typed before it went, and keeps nothing once it is saved", async () => {
    let kept: FormDraft | null = null;
    const draft: DraftPlace = { read: () => kept, write: (next) => (kept = next) };
    const { unmount } = render(form({ record, draft }));
    await userEvent.type(label(), " now");
    unmount();
    expect(kept).toEqual({ values: { label: "Buy groceries now" }, base: { label: "Buy groceries" } });
    render(form({ record, draft }));
    expect((label() as HTMLInputElement).value).toBe("Buy groceries now");
    expect(screen.getByText("1 unsaved change, kept")).toBeTruthy();
    await save();
    expect(kept).toBeNull();
  });

  it("asks about a draft whose field somebody else changed meanwhile", () => {
    const kept: FormDraft = { values: { label: "Mine" }, base: { label: "Buy groceries" } };
    render(form({ record: { ...record, version: 2, label: "Theirs" }, draft: { read: () => kept, write: () => {} } }));
    expect(screen.getByRole("group", { name: "Conflict at Task" }).textContent).toContain("Somebody else set Task to Theirs.");
    expect((label() as HTMLInputElement).value).toBe("Mine");
  });

  it("says at the field what somebody else set it to, and saves only what was chosen", async () => {
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    const { rerender } = render(form({ record, onSubmit }));
    await userEvent.clear(label());
    await userEvent.type(label(), "Mine");
    rerender(form({ record: { ...record, version: 2, label: "Theirs" }, onSubmit }));
    expect(screen.getByRole("group", { name: "Conflict at Task" }).textContent).toContain("Somebody else set Task to Theirs.");
    await save();
    expect(onSubmit).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole("button", { name: "Keep Mine" }));
    await save();
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ label: "Mine" });
  });

  it("takes what somebody else set where that is chosen", async () => {
    const { rerender } = render(form({ record }));
    await userEvent.type(label(), " and milk");
    rerender(form({ record: { ...record, version: 2, label: "Buy bread" } }));
    await userEvent.click(screen.getByRole("button", { name: "Use Buy bread" }));
    expect((label() as HTMLInputElement).value).toBe("Buy bread");
    expect(screen.queryByText(/unsaved/)).toBeNull();
  });

  it("settles several conflicts at once", async () => {
    const { rerender } = render(form({ record }));
    await userEvent.type(label(), " and milk");
    await userEvent.type(screen.getByRole("textbox", { name: /Note/ }), "Mine");
    rerender(form({ record: { ...record, version: 2, label: "Buy bread", note: "Theirs" } }));
    await userEvent.click(screen.getByRole("button", { name: "Use all of theirs" }));
    expect((screen.getByRole("textbox", { name: /Note/ }) as HTMLInputElement).value).toBe("Theirs");
    expect(screen.queryByRole("group", { name: /Conflict/ })).toBeNull();
  });
});

describe("a form in steps", () => {
  const steps = [{ title: "What", fields: ["label", "place"] }, { title: "More", fields: ["note"] }];
  const fields = [...definition.fields, { name: "place", field_type: "TextInput" as const, label: "Place" }];
  const wizard = (props: Partial<FormProps>) => form({ definition: { ...definition, fields, steps }, ...props });
  const next = () => userEvent.click(screen.getByRole("button", { name: "Next" }));
  const place = () => screen.getByText(/^Step/).textContent;

  it("goes on when the step is right, keeps everything on the way back, and sends it at the end", async () => {
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    render(wizard({ onSubmit }));
    expect(screen.queryByRole("button", { name: /Save/ })).toBeNull();
    await next();
    expect(screen.getByText("Task description is required")).toBeTruthy();
    expect(document.activeElement).toBe(label());
    await userEvent.type(label(), "Paint{Enter}");
    expect(place()).toBe("Step 2 of 2: More");
    expect(document.activeElement).toBe(screen.getByRole("textbox", { name: /Note/ }));
    await userEvent.click(screen.getByRole("button", { name: "Back" }));
    expect((label() as HTMLInputElement).value).toBe("Paint");
    await next();
    await userEvent.type(screen.getByRole("textbox", { name: /Note/ }), "Red");
    await save();
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ label: "Paint", note: "Red" });
  });

  it("leads to the step of an error that the server found", async () => {
    const errors = [{ path: "/label", rule: "Unique", message: "This task exists.", severity: "Error" as const }];
    render(wizard({ onSubmit: () => Promise.resolve({ ok: false, errors }) }));
    await userEvent.type(label(), "Paint");
    await next();
    await save();
    expect(await screen.findByText("This task exists.")).toBeTruthy();
    expect(place()).toBe("Step 1 of 2: What");
    expect(document.activeElement).toBe(label());
  });

  it("of an existing record is saved from any step, and any step may be opened", async () => {
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    render(wizard({ record, onSubmit }));
    await userEvent.click(screen.getByRole("button", { name: /More/ }));
    expect(place()).toBe("Step 2 of 2: More");
    await userEvent.type(screen.getByRole("textbox", { name: /Note/ }), "Red");
    await userEvent.click(screen.getByRole("button", { name: /What/ }));
    await save();
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ note: "Red" });
  });
});
