import { useEffect, useState } from "react";
import type { ModelDocument } from "@torque/model";
import { componentSchemas } from "./componentSchemas";
import { partSchema, type Schema } from "./partSchema";

/** The JSON Schema of a kind of part, with the names of this model where names are wanted. */
export function usePartSchema(part: "Page" | "Form", document: ModelDocument): object | undefined {
  const [model, setModel] = useState<Schema>();
  useEffect(() => {
    const gone = new AbortController();
    fetch("/schemas/torque-model.json", { signal: gone.signal })
      .then((response) => (response.ok ? (response.json() as Promise<Schema>) : undefined))
      .then(setModel)
      .catch(() => undefined);
    return () => {
      gone.abort();
    };
  }, []);
  const [schema, setSchema] = useState<{ of: Schema; document: ModelDocument; schema: object }>();
  if (model && (schema?.of !== model || schema.document !== document)) {
    setSchema({ of: model, document, schema: partSchema(model, part, document, componentSchemas) });
  }
  return schema?.schema;
}
