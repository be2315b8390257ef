/** Whether a save would undo what somebody else did. */
import type { EntityRecord, JsonObject } from "@torque/protocol";

const text = (value: unknown): string => JSON.stringify(value ?? null);

/**
 * Whether one of the values was changed by somebody else to something different.
 * @param values What is to be saved.
 * @param base The record they were typed over.
 * @param current The record as it is now.
 */
export const overlaps = (values: JsonObject, base: EntityRecord, current: EntityRecord): boolean =>
  Object.entries(values).some(([name, value]) => text(current[name]) !== text(base[name]) && text(current[name]) !== text(value));
