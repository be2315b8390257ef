import type { Place } from "@torque/model";

/** The address of the screen that shows a place of a model. */
export function addressOf(ref: string, place: Place): string {
  const base = `/models/${ref}`;
  switch (place.kind) {
    case "entity":
      return `${base}/entities/${place.entity}${place.field === undefined ? "" : `?field=${place.field}`}`;
    case "entityPart": {
      const part = place.part === undefined ? "" : `&${place.tab === "indexes" ? "index" : "constraint"}=${encodeURIComponent(place.part)}`;
      return `${base}/entities/${place.entity}?tab=${place.tab}${part}`;
    }
    case "relationship":
      return `${base}/entities/${place.entity}?tab=relationships&relationship=${place.relationship}`;
    case "page":
      return `${base}/pages/${place.page}`;
    case "form":
      return `${base}/forms/${place.form}`;
    default:
      return place satisfies never;
  }
}
