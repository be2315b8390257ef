/** Titles of records that others refer to, gathered from every answer that holds them. */
import type { TorqueClient } from "@torque/client";
import type { EntityMetadata, EntityRecord, Included, ModelMetadata } from "@torque/protocol";

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

/** What one question by id may name. */
const MOST_IDS = 200;

/** Asks for the titles of these records, by entity. One that cannot be had is no reason to fail: the id stands in. */
export async function learnTitles(client: TorqueClient, titles: Titles, wanted: ReadonlyMap<string, ReadonlySet<string>>, signal: AbortSignal): Promise<void> {
  const asked = [...wanted].map(async ([entity, ids]) => {
    const unknown = [...ids].filter((id) => titles.of(entity, id) === undefined).slice(0, MOST_IDS);
    if (unknown.length === 0) return;
    const answer = await client.call("loadEntityData", { entityType: entity, limit: MOST_IDS, filters: { id: { in: unknown } } }, { signal });
    titles.learn(entity, answer.data);
  });
  await Promise.allSettled(asked);
}

/** Which field of which entity is the title, and which one orders by it, as text: models that agree on it share their titles. */
export const titleFieldsOf = ({ entities }: ModelMetadata): string => JSON.stringify(entities.map(({ name, titleField, sortField }) => [name, { titleField, sortField }]));

type Fields = Pick<EntityMetadata, "titleField" | "sortField">;

type TitleOf = (entity: string, id: string) => string | undefined;

export class Titles {
  #fields: ReadonlyMap<string, Fields>;
  #titles = new Map<string, string>();
  #listeners = new Set<() => void>();
  #known: TitleOf;

  /** @param fields What `titleFieldsOf` answers. */
  constructor(fields: string) {
    this.#fields = new Map(JSON.parse(fields) as [string, Fields][]);
    this.#known = this.#lookUp();
  }

  /** Bound, so that it can be handed on as a function. */
  readonly of: TitleOf = (entity, id) => this.#titles.get(`${entity}/${id}`);

  /** The way to what is known now: another function whenever a title was learned. */
  readonly known = (): TitleOf => this.#known;

  titleField(entity: string): string | null {
    return this.#fields.get(entity)?.titleField ?? null;
  }

  /** The field by which lists that refer to records of an entity are ordered; null where they cannot go by the title. */
  sortField(entity: string): string | null {
    return this.#fields.get(entity)?.sortField ?? null;
  }

  learn(entity: string, records: Iterable<EntityRecord>): void {
    let news = false;
    for (const record of records) {
      const key = `${entity}/${record.id}`;
      const title = titleOfRecord(record, this.titleField(entity));
      news ||= this.#titles.get(key) !== title;
      this.#titles.set(key, title);
    }
    if (!news) return;
    this.#known = this.#lookUp();
    this.#listeners.forEach((listener) => listener());
  }

  learnIncluded(included: Included | null | undefined): void {
    for (const [entity, records] of Object.entries(included ?? {})) this.learn(entity, Object.values(records));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #lookUp(): TitleOf {
    return (entity, id) => this.of(entity, id);
  }
}
