/** `show_if` and `required_if`: comparisons of fields with literals, joined by && and ||. Anything else counts as true: the server decides. */
import type { FormDefinition } from "@torque/protocol";
import type { InputValues } from "./convert";

const COMPARISON = /^(!?)\s*(?:record\.|values\.|input\.)?([a-z_][a-z0-9_]*)\s*(?:(===?|!==?|>=|<=|>|<)\s*(.+))?$/i;

function literal(text: string): unknown {
  const trimmed = text.trim();
  const quoted = /^(['"])(.*)\1$/.exec(trimmed);
  if (quoted) return quoted[2];
  if (trimmed === "true") return true;
  if (trimmed === "false") return false;
  if (trimmed === "null" || trimmed === "undefined") return null;
  const number = Number(trimmed);
  return Number.isNaN(number) ? undefined : number;
}

const orNull = (value: unknown): unknown => (value === "" || value === undefined ? null : value);

function compare(left: unknown, operator: string, right: unknown): boolean {
  switch (operator) {
    case "==":
    case "===":
      return orNull(left) === orNull(right);
    case "!=":
    case "!==":
      return orNull(left) !== orNull(right);
    default: {
      const [a, b] = [Number(left), Number(right)];
      return operator === ">" ? a > b : operator === "<" ? a < b : operator === ">=" ? a >= b : a <= b;
    }
  }
}

function holdsTerm(term: string, values: InputValues): boolean {
  const parts = COMPARISON.exec(term.trim());
  if (!parts) return true;
  const [, not, name = "", operator, right] = parts;
  if (!(name in values)) return true;
  if (!operator || right === undefined) return not ? !values[name] : Boolean(values[name]);
  return compare(values[name], operator, literal(right));
}

/** Whether a condition holds for what the form contains now. */
export function holds(condition: string | undefined, values: InputValues): boolean {
  if (!condition) return true;
  return condition.split("||").some((any) => any.split("&&").every((term) => holdsTerm(term, values)));
}

export const visibleFields = (definition: FormDefinition, values: InputValues): Set<string> =>
  new Set(definition.fields.filter(({ show_if: condition }) => holds(condition, values)).map(({ name }) => name));

export const requiredFields = (definition: FormDefinition, values: InputValues): Set<string> =>
  new Set(
    definition.fields
      .filter(({ required, required_if: condition }) => required || (condition !== undefined && holds(condition, values)))
      .map(({ name }) => name),
  );
