/** Change records: the only way a document is ever edited. */

/** Kinds of parts that stand in a list and are added, updated, removed and moved. */
export const LISTED_KINDS = [
  "Entity",
  "Field",
  "Constraint",
  "Index",
  "Relationship",
  "Page",
  "Component",
  "Form",
  "FormField",
  "XFlow",
  "Role",
  "Plugin",
] as const;
export type ListedKind = (typeof LISTED_KINDS)[number];

/** The parts there is one of, which are only updated. */
export const SINGLE_KINDS = ["Model", "Config"] as const;
export type SingleKind = (typeof SINGLE_KINDS)[number];

/** The parts that stand under a key of their own: a language with its texts. */
export const KEYED_KINDS = ["Locale"] as const;
export type KeyedKind = (typeof KEYED_KINDS)[number];

export type PartKind = ListedKind | SingleKind | KeyedKind;

export interface AddChange<K extends ListedKind | KeyedKind = ListedKind | KeyedKind> {
  type: `Add${K}`;
  /** Id of the part it goes into; absent for the lists of the model itself. */
  parent?: string;
  /** Place in the list; absent means the end. */
  index?: number;
  value: Record<string, unknown>;
  /** Takes the retired storage key back: only the inverse of a Remove says so. */
  restore?: boolean;
}

export interface UpdateChange<K extends PartKind = PartKind> {
  type: `Update${K}`;
  /** Absent for the parts there is one of. */
  target?: string;
  set?: Record<string, unknown>;
  unset?: string[];
}

export interface RemoveChange<K extends ListedKind | KeyedKind = ListedKind | KeyedKind> {
  type: `Remove${K}`;
  target: string;
  /** Does not retire the storage key: only the inverse of an Add says so. */
  forget?: boolean;
}

export interface MoveChange<K extends ListedKind = ListedKind> {
  type: `Move${K}`;
  target: string;
  parent?: string;
  index: number;
}

export type Change = AddChange | UpdateChange | RemoveChange | MoveChange;
export type Verb = "Add" | "Update" | "Remove" | "Move";

/** A change that cannot be applied: its target, parent or place is not there, or it would break an id. */
export class ChangeRefused extends Error {
  readonly change: Change;

  constructor(change: Change, reason: string) {
    super(`${change.type}: ${reason}`);
    this.name = "ChangeRefused";
    this.change = change;
  }
}

/** Splits `AddField` into its verb and its kind. */
export function readType(change: Change): { verb: Verb; kind: PartKind } {
  const match = /^(Add|Update|Remove|Move)(.+)$/.exec(change.type);
  if (!match) throw new ChangeRefused(change, "unknown type");
  return { verb: match[1] as Verb, kind: match[2] as PartKind };
}

export const isAdd = (change: Change): change is AddChange => change.type.startsWith("Add");
export const isUpdate = (change: Change): change is UpdateChange => change.type.startsWith("Update");
export const isRemove = (change: Change): change is RemoveChange => change.type.startsWith("Remove");
export const isMove = (change: Change): change is MoveChange => change.type.startsWith("Move");

export function add<K extends ListedKind | KeyedKind>(
  kind: K,
  value: object,
  place: { parent?: string; index?: number } = {},
): AddChange<K> {
  return { type: `Add${kind}`, ...place, value: { ...value } };
}

export function update<K extends PartKind>(
  kind: K,
  target: string | undefined,
  edit: { set?: object; unset?: string[] },
): UpdateChange<K> {
  return {
    type: `Update${kind}`,
    ...(target === undefined ? {} : { target }),
    ...(edit.set && Object.keys(edit.set).length ? { set: { ...edit.set } } : {}),
    ...(edit.unset?.length ? { unset: [...edit.unset] } : {}),
  };
}

export function remove<K extends ListedKind | KeyedKind>(kind: K, target: string): RemoveChange<K> {
  return { type: `Remove${kind}`, target };
}

export function move<K extends ListedKind>(kind: K, target: string, index: number, parent?: string): MoveChange<K> {
  return { type: `Move${kind}`, target, ...(parent === undefined ? {} : { parent }), index };
}
