import { flushSync } from "react-dom";
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { CommandRegistry, type Command } from "./commands";

type Palette = {
  opened: boolean;
  open: () => void;
  close: () => void;
  help: () => void;
  registry: CommandRegistry;
};

const Context = createContext<Palette | null>(null);

/** True while the reader types somewhere, when single keys mean text. */
function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function pressed(event: KeyboardEvent, keys: string): boolean {
  const parts = keys.toLowerCase().split(" ");
  const key = parts.at(-1);
  const ctrl = parts.includes("ctrl");
  return (event.ctrlKey || event.metaKey) === ctrl && event.shiftKey === parts.includes("shift") && !event.altKey && event.key.toLowerCase() === key;
}

/** Letters typed so soon after a command are meant for the field it opens, which may not have the focus yet. */
const SETTLING_MS = 400;

/** Knows the commands on show, opens the palette on Ctrl K and runs commands by their keys. */
export function CommandProvider({ children, onHelp }: { children: ReactNode; onHelp: () => void }) {
  const [opened, setOpened] = useState(false);
  const [registry] = useState(() => new CommandRegistry());

  useEffect(() => {
    let settled = 0;
    const onKeyDown = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        // The search field takes the next key, so it must be there before that key arrives.
        flushSync(() => {
          setOpened((was) => !was);
        });
        return;
      }
      if (event.defaultPrevented || document.querySelector("[role=dialog],[role=menu]") || typing(event.target)) return;
      if (event.key === "?") {
        onHelp();
        return;
      }
      const command = registry.all().find((candidate) => candidate.keys !== undefined && pressed(event, candidate.keys));
      if (!command) return;
      event.preventDefault();
      if (event.timeStamp < settled) return;
      settled = event.timeStamp + SETTLING_MS;
      flushSync(command.run);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
    };
  }, [registry, onHelp]);

  const value = useMemo<Palette>(
    () => ({
      opened,
      open: () => {
        setOpened(true);
      },
      close: () => {
        setOpened(false);
      },
      help: onHelp,
      registry,
    }),
    [opened, registry, onHelp],
  );
  return <Context value={value}>{children}</Context>;
}

export function usePalette(): Palette {
  const palette = useContext(Context);
  if (!palette) throw new Error("CommandProvider is missing");
  return palette;
}

/** Every command the screens on show offer, as they come and go. */
export function useOffered(): readonly Command[] {
  const { registry } = usePalette();
  return useSyncExternalStore(registry.watch, registry.all);
}

/** Offers commands while the calling screen is on show; the list should be memoized. */
export function useCommands(commands: readonly Command[]): void {
  const { registry } = usePalette();
  useEffect(() => registry.offer(commands), [registry, commands]);
}
