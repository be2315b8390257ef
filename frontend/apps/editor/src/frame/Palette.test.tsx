import { act, fireEvent, render, screen } from "@testing-library/react";
import { runtimeTexts } from "@torque/runtime";
import { TextsProvider, TorqueProvider } from "@torque/ui";
import { useMemo } from "react";
import { expect, it, vi } from "vitest";
import { editorTexts } from "../locales/texts";
import { CommandProvider, useCommands } from "./CommandProvider";
import { Palette } from "./Palette";

const texts = { en: { ...runtimeTexts.en, ...editorTexts.en } };

function Screen({ title, run = () => {} }: { title: string; run?: () => void }) {
  useCommands(useMemo(() => [{ id: title, group: "goto", title, run }], [title, run]));
  return null;
}

function Editor({ titles, run }: { titles: readonly string[]; run?: () => void }) {
  return (
    <TextsProvider texts={texts}>
      <TorqueProvider locale="en">
        <CommandProvider onHelp={() => {}}>
          {titles.map((title) => (
            <Screen key={title} title={title} run={run} />
          ))}
          <Palette />
        </CommandProvider>
      </TorqueProvider>
    </TextsProvider>
  );
}

const titles = () => screen.getAllByRole("option").map((option) => option.textContent);

it("has its search field ready for the very next key", () => {
  render(<Editor titles={["Order"]} />);
  // Without act() nothing is flushed but by the palette itself, as between two keys of a quick hand.
  window.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, cancelable: true }));
  expect(document.activeElement?.getAttribute("role")).toBe("combobox");
});

it("finds what came after it was opened and forgets what has gone", () => {
  const { rerender } = render(<Editor titles={["Order"]} />);
  act(() => void fireEvent.keyDown(window, { key: "k", ctrlKey: true }));
  rerender(<Editor titles={["Order", "Order status"]} />);
  expect(titles()).toEqual(["Order", "Order status"]);
  rerender(<Editor titles={["Order status"]} />);
  expect(titles()).toEqual(["Order status"]);
});

it("runs the first that was found on Enter and closes", () => {
  const run = vi.fn();
  render(<Editor titles={["Customer"]} run={run} />);
  act(() => void fireEvent.keyDown(window, { key: "k", ctrlKey: true }));
  fireEvent.keyDown(screen.getByRole("combobox"), { key: "Enter" });
  expect(run).toHaveBeenCalledOnce();
  expect(screen.queryByRole("combobox")).toBeNull();
});
