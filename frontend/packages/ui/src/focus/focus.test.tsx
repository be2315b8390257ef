import { act, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState, type ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Confirm } from "../components/Confirm/Confirm";
import { Drawer } from "../components/Drawer/Drawer";
import { FilterBar } from "../components/FilterBar/FilterBar";
import { Form } from "../components/Form/Form";
import { Modal } from "../components/Modal/Modal";
import { showToast } from "../components/Toaster/store";
import { TorqueProvider } from "../theme/TorqueProvider";

const definition = {
  id: "todo_form",
  name: "Todo Form",
  entity_type: "todo",
  fields: [
    { name: "label", field_type: "TextInput" as const, label: "Task" },
    { name: "note", field_type: "TextInput" as const, label: "Note" },
  ],
};

const form = <Form definition={definition} placement="drawer" onSubmit={() => Promise.resolve({ ok: true })} onCancel={() => {}} />;

/** A button that opens what is tested, and one beside it. */
function Page({ children }: { children: (opened: boolean, close: () => void) => ReactNode }) {
  const [opened, setOpened] = useState(false);
  return (
    <TorqueProvider locale="en-GB">
      <button type="button" onClick={() => setOpened(true)}>
        Open
      </button>
      <button type="button">Beside</button>
      {children(opened, () => setOpened(false))}
    </TorqueProvider>
  );
}

const drawer = (content: ReactNode) => (opened: boolean, close: () => void) => (
  <Drawer opened={opened} onClose={close} title="Todo">
    {content}
  </Drawer>
);

const open = (): void => {
  const opener = screen.getByRole("button", { name: "Open" });
  opener.focus();
  fireEvent.click(opener);
};
const focused = (): string | null => document.activeElement?.getAttribute("name") ?? document.activeElement?.textContent ?? null;
const field = (name: string) => screen.getByRole("textbox", { name: new RegExp(name) });

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the focus of what opens over a page", () => {
  it("is on the first field as soon as the drawer is there", () => {
    render(<Page>{drawer(form)}</Page>);
    open();
    expect(document.activeElement).toBe(field("Task"));
  });

  it("takes what was typed before the form arrived along into its first field", async () => {
    const { rerender } = render(<Page>{drawer(<div aria-busy />)}</Page>);
    open();
    await userEvent.keyboard("Bux{Backspace}y milk");
    rerender(<Page>{drawer(form)}</Page>);
    await act(() => Promise.resolve());
    await userEvent.keyboard("!");
    expect(field("Task")).toHaveProperty("value", "Buy milk!");
  });

  it("is on the first field as soon as a form arrives after its drawer", async () => {
    const { rerender } = render(<Page>{drawer(<div aria-busy />)}</Page>);
    open();
    expect(document.activeElement).toBe(screen.getByRole("dialog"));
    rerender(<Page>{drawer(form)}</Page>);
    await act(() => Promise.resolve());
    expect(document.activeElement).toBe(field("Task"));
  });

  it("stays where the reader went while the form was on its way", async () => {
    const { rerender } = render(<Page>{drawer(<div aria-busy />)}</Page>);
    open();
    screen.getByRole("button", { name: "Close" }).focus();
    rerender(<Page>{drawer(form)}</Page>);
    await act(() => Promise.resolve());
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Close" }));
  });

  it("is taken back by no timer from the field the reader went on to", () => {
    vi.useFakeTimers();
    render(<Page>{drawer(form)}</Page>);
    open();
    act(() => field("Note").focus());
    act(() => void vi.advanceTimersByTime(1000));
    expect(document.activeElement).toBe(field("Note"));
  });

  it("is given up to nothing behind it", () => {
    render(<Page>{drawer(form)}</Page>);
    open();
    act(() => field("Note").focus());
    act(() => screen.getByText("Beside").focus());
    expect(document.activeElement).toBe(field("Note"));
  });

  it("goes round with Tab, in both directions", async () => {
    render(<Page>{drawer(form)}</Page>);
    open();
    const seen: (string | null)[] = [];
    const names = (): string | null => document.activeElement?.getAttribute("aria-label") ?? focused();
    do {
      seen.push(names());
      await userEvent.tab();
    } while (document.activeElement !== field("Task") && seen.length < 12);
    expect(seen.length).toBe(5);
    await userEvent.tab({ shift: true });
    await userEvent.tab();
    expect(document.activeElement).toBe(field("Task"));
  });

  it("comes back to what opened it, in the same moment", () => {
    render(<Page>{drawer(form)}</Page>);
    open();
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(focused()).toBe("Open");
  });

  it("is on Cancel in a question, above a drawer too, and comes back to the drawer's field", () => {
    const both = (asking: boolean) => (
      <TorqueProvider locale="en-GB">
        <Drawer opened onClose={() => {}} title="Todo">
          {form}
        </Drawer>
        <Confirm opened={asking} title="Leave?" confirmLabel="Discard" onConfirm={() => {}} onCancel={() => {}} />
      </TorqueProvider>
    );
    const { rerender } = render(both(false));
    act(() => field("Note").focus());
    rerender(both(true));
    expect(document.activeElement).toBe(screen.getAllByRole("button", { name: "Cancel" }).at(-1));
    rerender(both(false));
    expect(document.activeElement).toBe(field("Note"));
  });

  it("is in a dialog that has no field", () => {
    render(
      <Page>
        {(opened, close) => (
          <Modal opened={opened} onClose={close} title="Help">
            What this page is for.
          </Modal>
        )}
      </Page>,
    );
    open();
    expect(screen.getByRole("dialog").contains(document.activeElement)).toBe(true);
  });
});

describe("the focus of what opened something and is gone", () => {
  /** Rows that open a drawer, in which they are deleted. */
  function Rows({ first }: { first: string[] }) {
    const [rows, setRows] = useState(first);
    const [open, setOpen] = useState<string | null>(null);
    const remove = (): void => {
      setRows(rows.filter((row) => row !== open));
      setOpen(null);
    };
    return (
      <TorqueProvider locale="en-GB">
        <main tabIndex={-1}>
          <h1>Rows</h1>
          {rows.map((row) => (
            <button key={row} type="button" onClick={() => setOpen(row)}>
              {row}
            </button>
          ))}
        </main>
        <Drawer opened={open !== null} onClose={() => setOpen(null)} title="Todo">
          <button type="button" onClick={remove}>
            Delete
          </button>
        </Drawer>
      </TorqueProvider>
    );
  }

  const removeByDrawer = (name: string): void => {
    const row = screen.getByRole("button", { name });
    act(() => row.focus());
    fireEvent.click(row);
    fireEvent.click(screen.getByRole("button", { name: "Delete" }));
  };

  it("goes to what took its place, to the last one, and in the end to the content of the page", () => {
    render(<Rows first={["One", "Two", "Three"]} />);
    removeByDrawer("Two");
    expect(focused()).toBe("Three");
    removeByDrawer("Three");
    expect(focused()).toBe("One");
    removeByDrawer("One");
    expect(document.activeElement?.tagName).toBe("MAIN");
  });
});

describe("the focus of a message", () => {
  it("goes back to where it came from when the message goes", () => {
    render(
      <TorqueProvider locale="en-GB">
        <button type="button">Row</button>
      </TorqueProvider>,
    );
    const run = vi.fn();
    for (const name of ["Undo", "Close"]) {
      act(() => void showToast({ message: "Deleted.", action: { label: "Undo", run } }));
      act(() => screen.getByRole("button", { name: "Row" }).focus());
      act(() => screen.getByRole("button", { name: "Undo" }).focus());
      act(() => screen.getByRole("button", { name }).focus());
      fireEvent.click(screen.getByRole("button", { name }));
      expect(screen.queryByText("Deleted.")).toBeNull();
      expect(focused()).toBe("Row");
    }
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe("the focus of a filter that was just added", () => {
  function Filters() {
    const [filters, setFilters] = useState<Parameters<typeof FilterBar>[0]["filters"]>([]);
    return (
      <TorqueProvider locale="en-GB">
        <FilterBar searchLabel="Search" search="" onSearch={() => {}} fields={[{ name: "label", label: "Task", type: "String" }]} filters={filters} onFilters={setFilters} />
      </TorqueProvider>
    );
  }

  it("is on its value, also after the menu that added it has closed", async () => {
    // Without a layout the menu's own trap finds nothing to focus, and says so.
    vi.spyOn(console, "warn").mockImplementation(() => {});
    render(<Filters />);
    fireEvent.click(screen.getByRole("button", { name: "Filter" }));
    fireEvent.click(await screen.findByRole("menuitem", { name: "Task" }));
    const value = screen.getByRole("textbox", { name: "Task" });
    expect(document.activeElement).toBe(value);
    // The closed menu gives the focus back to its button.
    act(() => screen.getByRole("button", { name: "Filter" }).focus());
    expect(document.activeElement).toBe(value);
    fireEvent.keyDown(value, { key: "Enter" });
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Filter" }));
  });
});
