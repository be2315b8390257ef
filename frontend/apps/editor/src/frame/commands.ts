/** Commands: whatever a button does, the palette can do. */
import type { ComponentType } from "react";

export type CommandGroup = "goto" | "commands";

export type Command = {
  id: string;
  group: CommandGroup;
  title: string;
  /** Technical name, shown in mono and searched too. */
  name?: string;
  /** What kind of thing it leads to, at the end of the line. */
  kind?: string;
  /** A single key, or keys as people write them ("Ctrl Z"). */
  keys?: string;
  icon?: ComponentType<{ size?: number; stroke?: number }>;
  run: () => void;
};

/** The commands on offer; screens add theirs while they show, also under an open palette. */
export class CommandRegistry {
  private readonly offers = new Set<readonly Command[]>();
  private readonly watchers = new Set<() => void>();
  private known: readonly Command[] = [];

  /** Every command on offer; the same array until one comes or goes. */
  readonly all = (): readonly Command[] => this.known;

  /** Calls back on every change, until the answer is called. */
  readonly watch = (onChange: () => void): (() => void) => {
    this.watchers.add(onChange);
    return () => this.watchers.delete(onChange);
  };

  /** Offers commands until the answer is called. */
  offer(commands: readonly Command[]): () => void {
    const offered = [...commands];
    this.offers.add(offered);
    this.changed();
    return () => {
      this.offers.delete(offered);
      this.changed();
    };
  }

  private changed(): void {
    this.known = [...this.offers].flat();
    for (const onChange of this.watchers) onChange();
  }
}

export type Match = { command: Command; score: number; at: number };

/** Where the words of a search are found in a command; undefined when one of them is not. */
export function matchCommand(command: Command, search: string): Match | undefined {
  const text = `${command.title} ${command.name ?? ""} ${command.kind ?? ""}`.toLowerCase();
  const title = command.title.toLowerCase();
  let score = 0;
  for (const word of search.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = text.indexOf(word);
    if (at < 0) return undefined;
    const starts = at === 0 || /[\s/._-]/.test(text[at - 1] ?? "");
    score += (starts ? 4 : 1) + (title.includes(word) ? 2 : 0) - at / 200;
  }
  const first = search.trim().toLowerCase();
  return { command, score, at: first ? title.indexOf(first) : -1 };
}

/** The commands a search finds, best first within their group; `>` asks for commands only. */
export function searchCommands(commands: readonly Command[], search: string): Match[] {
  const only = search.startsWith(">");
  const words = only ? search.slice(1) : search;
  const found = commands
    .filter((command) => !only || command.group === "commands")
    .map((command) => matchCommand(command, words))
    .filter((match) => match !== undefined);
  const rank = (match: Match): number => (match.command.group === "goto" ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || b.score - a.score);
}
