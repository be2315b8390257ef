/** Whether a condition of a model holds: `show_if`, `required_if`, `visible_if`. */
import { parse, SyntaxProblem, type Expression, type Operator } from "./parse";

/** What the names of a condition stand for. */
export type Scope = { readonly [name: string]: unknown };

class Unknown extends Error {}

/** Nothing typed and nothing stored are the same. */
const orNull = (value: unknown): unknown => (value === "" || value === undefined ? null : value);

const isNumeric = (value: unknown): value is number | string => typeof value === "number" || (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value)));

/** A number and a text that reads as one are equal: what an address carries is always text. */
function same(left: unknown, right: unknown): boolean {
  const [a, b] = [orNull(left), orNull(right)];
  return a === b || (typeof a !== typeof b && isNumeric(a) && isNumeric(b) && Number(a) === Number(b));
}

/** Numbers by size, texts (and so dates) by their letters; nothing is before or after nothing. */
function order(left: unknown, right: unknown): number {
  if (isNumeric(left) && isNumeric(right)) return Number(left) - Number(right);
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : Number(left > right);
  return Number.NaN;
}

function includes(list: unknown, item: unknown): boolean {
  if (Array.isArray(list)) return list.some((one) => same(one, item));
  return typeof list === "string" && typeof item === "string" && list.includes(item);
}

function calculate(operator: Operator, left: unknown, right: unknown): unknown {
  if (operator === "+" && (typeof left === "string" || typeof right === "string") && !(isNumeric(left) && isNumeric(right))) return `${String(orNull(left) ?? "")}${String(orNull(right) ?? "")}`;
  if (!isNumeric(left) || !isNumeric(right)) return null;
  const [a, b] = [Number(left), Number(right)];
  return operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : b === 0 ? null : operator === "/" ? a / b : a % b;
}

function valueAt(path: readonly string[], scope: Scope): unknown {
  const [first = "", ...rest] = path;
  if (!Object.hasOwn(scope, first)) throw new Unknown(first);
  return rest.reduce<unknown>((value, name) => (typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Scope)[name] : null), scope[first]);
}

const isTrue = (value: unknown): boolean => Boolean(orNull(value)) && !(Array.isArray(value) && value.length === 0);

function join(operator: Operator, left: Expression, right: Expression, scope: Scope): unknown {
  const first = evaluate(left, scope);
  if (operator === "&&") return isTrue(first) && isTrue(evaluate(right, scope));
  if (operator === "||") return isTrue(first) || isTrue(evaluate(right, scope));
  const second = evaluate(right, scope);
  switch (operator) {
    case "==":
      return same(first, second);
    case "!=":
      return !same(first, second);
    case "<":
      return order(first, second) < 0;
    case "<=":
      return order(first, second) <= 0;
    case ">":
      return order(first, second) > 0;
    case ">=":
      return order(first, second) >= 0;
    case "in":
      return includes(second, first);
    default:
      return calculate(operator, first, second);
  }
}

function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "list":
      return expression.items.map((item) => evaluate(item, scope));
    case "name":
      return valueAt(expression.path, scope);
    case "not":
      return !isTrue(evaluate(expression.operand, scope));
    case "negative":
      return calculate("-", 0, evaluate(expression.operand, scope));
    case "binary":
      return join(expression.operator, expression.left, expression.right, scope);
    default:
      return expression satisfies never;
  }
}

/**
 * Whether a condition holds for what is known.
 * @param condition As the model wrote it; without one it holds.
 * @param scope What its names stand for.
 * @param undecided The answer where the condition cannot be read or speaks of something unknown here.
 */
export function holds(condition: string | null | undefined, scope: Scope, undecided: boolean): boolean {
  if (!condition?.trim()) return true;
  try {
    return isTrue(evaluate(parse(condition), scope));
  } catch (error) {
    if (error instanceof Unknown || error instanceof SyntaxProblem) return undecided;
    throw error;
  }
}
