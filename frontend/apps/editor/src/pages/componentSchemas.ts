/** The prop schema of each component type: the very files the server verifies by. */
import type { Schema } from "./partSchema";

const files = import.meta.glob<Schema>("../../../../../torque/model/components/*.json", { eager: true, import: "default" });

export const componentSchemas: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries(files).map(([path, schema]) => [path.replace(/^.*\/|\.json$/g, ""), schema]),
);
