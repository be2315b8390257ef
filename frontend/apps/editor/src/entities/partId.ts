import type { Entity } from "@torque/model";

/** What a change targets: the id of a part, or `entity/name` for one that goes by its name. */
export function partIdOf(entity: Entity, part: { id?: string | null; name: string }): string {
  return part.id ?? `${entity.id}/${part.name}`;
}
