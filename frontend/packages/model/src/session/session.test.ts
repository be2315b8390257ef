import { describe, expect, it } from "vitest";
import { applyAll } from "../change/apply";
import type { Change } from "../change/change";
import { add, remove, update } from "../change/change";
import { findPart } from "../change/parts";
import type { ModelDocument } from "../document/model";
import { sampleDocument } from "../testing/fixtures";
import { DocumentSession } from "./session";
import type { SessionMemory, Stored, Transport } from "./transport";
import { LeftUnsaved, SaveConflict } from "./transport";

/** The rules of the server, in memory: one revision per save, refused when the revision is not the newest. */
class Server implements Transport {
  stored: Stored = { revision: 1, document: sampleDocument(), findings: [] };
  readonly saved: { changes: readonly Change[]; message: string }[] = [];
  failure: Error | undefined;

  load(): Promise<Stored> {
    return Promise.resolve(this.stored);
  }

  async save(changes: readonly Change[], options: { ifRevision: number; message: string }): Promise<Stored> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    if (options.ifRevision !== this.stored.revision) throw new SaveConflict();
    this.saved.push({ changes, message: options.message });
    return this.write(applyAll(this.stored.document, changes));
  }

  write(document: ModelDocument): Stored {
    this.stored = { revision: this.stored.revision + 1, document, findings: [] };
    return this.stored;
  }

  byOthers(change: Change): void {
    this.write(applyAll(this.stored.document, [change]));
  }
}

function open(memory?: SessionMemory): { server: Server; session: DocumentSession } {
  const server = new Server();
  return { server, session: new DocumentSession(server.stored, server, memory, () => 1000) };
}

function keeping(): SessionMemory {
  let kept: string | null = null;
  return { read: () => kept, write: (text) => (kept = text) };
}

const title = (document: ModelDocument): unknown => findPart(document, "Page", "start_page")?.value.title;
const retitle = (text: string): Change => update("Page", "start_page", { set: { title: text } });

describe("a document session", () => {
  it("shows an edit at once and saves it in order", async () => {
    const { server, session } = open();
    session.commit([retitle("A")], "first");
    session.commit([retitle("B")], "second");
    expect(title(session.getState().document)).toBe("B");
    expect(session.getState().save.name).toBe("saving");
    await session.settled();
    expect(server.saved.map(({ message }) => message)).toEqual(["first", "second"]);
    expect(session.getState()).toMatchObject({ revision: 3, save: { name: "saved", at: 1000 }, unsaved: 0 });
  });

  it("keeps the very same parts where an answer says the same", async () => {
    const { server, session } = open();
    session.commit([retitle("A")], "first");
    const shownAtOnce = session.getState().document;
    server.stored = { ...server.stored, document: structuredClone(server.stored.document) };
    await session.settled();
    expect(session.getState().document).toBe(shownAtOnce);
    server.write(structuredClone(applyAll(server.stored.document, [remove("Entity", "e_tag")])));
    await session.remoteChanged(null);
    const { document } = session.getState();
    expect(findPart(document, "Entity", "e_tag")).toBeUndefined();
    expect(document.pages).toBe(shownAtOnce.pages);
    expect(document.entities?.[0]).toBe(shownAtOnce.entities?.[0]);
  });

  it("undoes and redoes through the server", async () => {
    const { server, session } = open();
    session.commit([retitle("A")], "retitle");
    session.commit([remove("Component", "box")], "remove");
    await session.settled();
    expect(session.undo()).toBe(true);
    expect(session.undo()).toBe(true);
    expect(session.undo()).toBe(false);
    await session.settled();
    expect(server.stored.document).toEqual(sampleDocument());
    expect(session.redo()).toBe(true);
    await session.settled();
    expect(title(server.stored.document)).toBe("A");
    expect(session.getState().redo).toHaveLength(1);
  });

  it("merges with what others changed elsewhere", async () => {
    const { server, session } = open();
    server.byOthers(update("Page", "start_page", { set: { path: "/start" } }));
    session.commit([retitle("Mine")], "retitle");
    await session.settled();
    expect(session.getState().save.name).toBe("saved");
    expect(findPart(server.stored.document, "Page", "start_page")?.value).toMatchObject({ title: "Mine", path: "/start" });
  });

  it("asks when others changed the same, and keeps mine when told so", async () => {
    const { server, session } = open();
    server.byOthers(retitle("Theirs"));
    session.commit([retitle("Mine")], "retitle");
    await session.settled();
    expect(session.getState().save).toMatchObject({ name: "conflict", overlapping: [{ target: "start_page" }] });
    session.resolve("mine");
    await session.settled();
    expect(title(server.stored.document)).toBe("Mine");
  });

  it("takes theirs when told so", async () => {
    const { server, session } = open();
    server.byOthers(remove("Page", "start_page"));
    session.commit([retitle("Mine")], "retitle");
    await session.settled();
    session.resolve("theirs");
    expect(session.getState()).toMatchObject({ unsaved: 0, save: { name: "saved" }, undo: [] });
    expect(session.getState().document).toEqual(server.stored.document);
  });

  it("keeps an edit that could not be saved until it is tried again or given up", async () => {
    const { server, session } = open();
    server.failure = new Error("no connection");
    session.commit([retitle("A")], "retitle");
    await session.settled();
    expect(session.getState()).toMatchObject({ save: { name: "failed" }, unsaved: 1 });
    server.failure = undefined;
    session.retry();
    await session.settled();
    expect(title(server.stored.document)).toBe("A");

    server.failure = new Error("refused");
    session.commit([retitle("B")], "retitle");
    await session.settled();
    session.discard();
    expect(title(session.getState().document)).toBe("A");
  });

  it("asks nothing when the answer to a save was lost and it is tried again", async () => {
    const { server, session } = open();
    const field = add("Field", { id: "f_due", name: "due", field_type: { type: "Date" } }, { parent: "e_tag" });
    for (const change of [retitle("Mine"), field, remove("Component", "box")]) {
      const save = server.save.bind(server);
      server.save = async (...sent) => {
        await save(...sent);
        server.save = save;
        throw new Error("no answer in time");
      };
      session.commit([change], "an edit");
      await session.settled();
      expect(session.getState()).toMatchObject({ save: { name: "failed" }, unsaved: 1 });
      session.retry();
      await session.settled();
      expect(session.getState()).toMatchObject({ save: { name: "saved" }, unsaved: 0 });
      expect(session.getState().document).toEqual(server.stored.document);
    }
    expect(server.saved).toHaveLength(3);
    expect(session.getState().undo).toHaveLength(3);
  });

  it("reads what others saved, and nothing for its own revisions", async () => {
    const { server, session } = open();
    server.byOthers(retitle("Theirs"));
    await session.remoteChanged(server.stored.revision);
    expect(title(session.getState().document)).toBe("Theirs");
    const before = session.getState();
    await session.remoteChanged(1);
    expect(session.getState()).toBe(before);
  });

  it("says so when a step no longer fits, and forgets it", async () => {
    const { server, session } = open();
    session.commit([add("Field", { id: "f_due", name: "due", field_type: { type: "Date" } }, { parent: "e_tag" })], "add");
    await session.settled();
    server.byOthers(remove("Entity", "e_tag"));
    await session.remoteChanged(null);
    expect(session.undo()).toBe(false);
    expect(session.getState().undo).toHaveLength(0);
  });

  it("remembers its steps across a reload", async () => {
    const memory = keeping();
    const { server, session } = open(memory);
    session.commit([retitle("A")], "retitle");
    await session.settled();
    const again = new DocumentSession(server.stored, server, memory);
    expect(again.undo()).toBe(true);
    await again.settled();
    expect(title(server.stored.document)).toBe("Todos");
  });

  it("shows what was never saved when it is opened again, and saves it when told so", async () => {
    const memory = keeping();
    const { server, session } = open(memory);
    server.failure = new Error("signed out");
    session.commit([retitle("Mine")], "retitle");
    await session.settled();
    server.failure = undefined;
    const again = new DocumentSession(server.stored, server, memory, () => 1000);
    expect(again.getState()).toMatchObject({ unsaved: 1, save: { name: "failed", error: expect.any(LeftUnsaved) as Error } });
    expect(title(again.getState().document)).toBe("Mine");
    again.retry();
    await again.settled();
    expect(title(server.stored.document)).toBe("Mine");
    expect(new DocumentSession(server.stored, server, memory).getState()).toMatchObject({ unsaved: 0, save: { name: "saved" } });
  });

  it("asks about what was never saved when others saved meanwhile, and nothing about what arrived after all", async () => {
    const memory = keeping();
    const { server, session } = open(memory);
    server.failure = new Error("away");
    session.commit([retitle("Mine")], "retitle");
    await session.settled();
    server.failure = undefined;
    server.byOthers(retitle("Theirs"));
    const asked = new DocumentSession(server.stored, server, memory);
    expect(asked.getState().save.name).toBe("conflict");
    asked.resolve("mine");
    await asked.settled();
    expect(title(server.stored.document)).toBe("Mine");
    memory.write(JSON.stringify({ unsaved: [{ changes: [retitle("Mine")], message: "retitle" }], revision: 1 }));
    expect(new DocumentSession(server.stored, server, memory).getState()).toMatchObject({ unsaved: 0, save: { name: "saved" } });
  });

  it("refuses an edit that does not fit without changing anything", () => {
    const { session } = open();
    const before = session.getState();
    expect(() => session.commit([remove("Page", "nowhere")], "remove")).toThrow("there is no Page nowhere");
    expect(session.getState()).toBe(before);
  });
});
