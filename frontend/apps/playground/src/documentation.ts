/** What the pane beside the editors shows of a schema: fields with their signatures. Pure. */
import { getNamedType, isEnumType, isInputObjectType, isObjectType, type GraphQLArgument, type GraphQLNamedType, type GraphQLSchema, type GraphQLType } from "graphql";

export type Entry = {
  /** Unique in its list. */
  key: string;
  name: string;
  /** What stands behind the name: arguments and type, as the schema writes them. */
  signature: string;
  description: string;
  /** The type behind it, to be opened; undefined where there is nothing to see. */
  opens: string | undefined;
};

export type Section = { title: string; description: string; entries: Entry[] };

function opened(type: GraphQLNamedType): string | undefined {
  return isObjectType(type) || isEnumType(type) || isInputObjectType(type) ? type.name : undefined;
}

/** A type with its fields or values. */
export function sectionOf(type: GraphQLNamedType): Section {
  const title = type.name;
  const description = type.description ?? "";
  if (isEnumType(type)) {
    const entries = type.getValues().map(({ name, description: text }) => ({ key: name, name, signature: "", description: text ?? "", opens: undefined }));
    return { title, description, entries };
  }
  if (!isObjectType(type) && !isInputObjectType(type)) return { title, description, entries: [] };
  const entries = Object.values(type.getFields()).map((field) => {
    const given: readonly GraphQLArgument[] = "args" in field ? field.args : [];
    const list = given.map((argument) => `${argument.name}: ${String(argument.type)}`).join(", ");
    return {
      key: field.name,
      name: field.name,
      signature: `${list ? `(${list})` : ""}: ${String(field.type)}`,
      description: field.description ?? "",
      opens: opened(getNamedType(field.type as GraphQLType)),
    };
  });
  return { title, description, entries };
}

/** The operations of a schema, or what of its operations and types has some letters in its name. */
export function overview(schema: GraphQLSchema, letters: string): Section[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((root) => root != null);
  const wanted = letters.trim().toLowerCase();
  const sections = roots.map(sectionOf);
  if (wanted === "") return sections;
  const found = sections.map((section) => ({ ...section, entries: section.entries.filter(({ name }) => name.toLowerCase().includes(wanted)) }));
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith("__") && opened(type) !== undefined && !(roots as GraphQLNamedType[]).includes(type))
    .filter((type) => type.name.toLowerCase().includes(wanted))
    .map((type) => ({ key: type.name, name: type.name, signature: "", description: type.description ?? "", opens: type.name }));
  return [...found, { title: "Type", description: "", entries: types }].filter(({ entries }) => entries.length > 0);
}
