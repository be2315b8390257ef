import type { Entity, ModelDocument, Relationship } from "@torque/model";

/** The relationships that name an entity at either end. */
export function relationshipsOf(document: ModelDocument, entity: Entity): Relationship[] {
  return (document.relationships ?? []).filter(({ from_entity, to_entity }) => from_entity === entity.name || to_entity === entity.name);
}

/** How many of each end belong to one of the other: `n:1`. */
export const CARDINALITY: Record<Relationship["type"], string> = {
  OneToOne: "1:1",
  OneToMany: "1:n",
  ManyToOne: "n:1",
  ManyToMany: "n:m",
};
