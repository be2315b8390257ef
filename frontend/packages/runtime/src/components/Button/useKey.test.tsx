import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { useKey } from "./useKey";

function Page({ press, wanted = true, dialog = false }: { press: () => void; wanted?: boolean; dialog?: boolean }) {
  useKey("n", wanted, press);
  return (
    <>
      <input aria-label="Search" />
      {dialog && <div role="dialog" />}
    </>
  );
}

describe("the letter of a page's main action", () => {
  it("presses it once, in capitals too, and never with a modifier", async () => {
    const press = vi.fn();
    render(<Page press={press} />);
    await userEvent.keyboard("n");
    await userEvent.keyboard("{Shift>}N{/Shift}");
    await userEvent.keyboard("{Control>}n{/Control}x");
    expect(press).toHaveBeenCalledTimes(2);
  });

  it("is a letter where something is typed, and behind a dialog", async () => {
    const press = vi.fn();
    const { rerender, getByRole } = render(<Page press={press} />);
    await userEvent.type(getByRole("textbox"), "n");
    getByRole("textbox").blur();
    rerender(<Page press={press} dialog />);
    await userEvent.keyboard("n");
    rerender(<Page press={press} wanted={false} />);
    await userEvent.keyboard("n");
    expect(press).not.toHaveBeenCalled();
  });
});
