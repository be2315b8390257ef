/** Titles of records that others refer to, gathered from every answer that holds them. */
import type { EntityRecord, Included, ModelMetadata } from "@torque/protocol";

const USUAL_TITLES = ["name", "title", "label"];

/** What a record is called: its entity's title field, else what such fields are usually called, else its id's beginning. */
export function titleOfRecord(record: EntityRecord, titleField: string | null | undefined): string {
  const names = titleField ? [titleField, ...USUAL_TITLES] : USUAL_TITLES;
  for (const name of names) {
    const value = record[name];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return record.id.slice(0, 8);
}

export class Titles {
  #fields: ReadonlyMap<string, string | null>;
  #titles = new Map<string, string>();
  #listeners = new Set<() => void>();
  #version = 0;

  constructor(metadata: ModelMetadata) {
    this.#fields = new Map(metadata.entities.map(({ name, titleField }) => [name, titleField]));
  }

  /** Bound, so that it can be handed on as a function. */
  readonly of = (entity: string, id: string): string | undefined => this.#titles.get(`${entity}/${id}`);

  titleField(entity: string): string | null {
    return this.#fields.get(entity) ?? null;
  }

  learn(entity: string, records: Iterable<EntityRecord>): void {
    let news = false;
    for (const record of records) {
      const key = `${entity}/${record.id}`;
      const title = titleOfRecord(record, this.#fields.get(entity));
      news ||= this.#titles.get(key) !== title;
      this.#titles.set(key, title);
    }
    if (!news) return;
    this.#version += 1;
    this.#listeners.forEach((listener) => listener());
  }

  learnIncluded(included: Included | null | undefined): void {
    for (const [entity, records] of Object.entries(included ?? {})) this.learn(entity, Object.values(records));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly version = (): number => this.#version;
}
