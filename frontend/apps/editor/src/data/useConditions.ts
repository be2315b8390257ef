import type { Entity, ModelDocument } from "@torque/model";
import type { Address, GridConditions } from "@torque/runtime";
import { useMemo } from "react";
import { readConditions, writeConditions } from "./conditions/address";
import { conditionCount, filtersOf, type Group } from "./conditions/conditions";
import { askedFields, type Asked } from "./conditions/fields";

/** Of the grid's own part of the address: the search, and the page that is shown. */
const SEARCH = "q";
const PAGE = "page";
const CONDITIONS = "where";

export type AskedConditions = {
  fields: readonly Asked[];
  group: Group;
  /** How many of them ask something. */
  count: number;
  /** What the grid is narrowed by; null when nothing is asked. */
  narrowed: GridConditions | null;
  change: (group: Group) => void;
  clear: () => void;
};

/** The conditions on the records of an entity, as the address holds them. */
export function useConditions(entity: Entity, document: ModelDocument, { params, set }: Address): AskedConditions {
  const fields = useMemo(() => askedFields(entity, document), [entity, document]);
  const text = params.get(CONDITIONS);
  return useMemo(() => {
    const group = readConditions(text);
    const filters = filtersOf(group, fields);
    const clear = (): void => {
      set({ [CONDITIONS]: null, [SEARCH]: null, [PAGE]: null });
    };
    return {
      fields,
      group,
      count: conditionCount(group, fields),
      narrowed: filters && { filters, clear },
      change: (next: Group) => {
        set({ [CONDITIONS]: writeConditions(next), [PAGE]: null }, { replace: true });
      },
      clear: () => {
        set({ [CONDITIONS]: null, [PAGE]: null });
      },
    };
  }, [text, fields, set]);
}
