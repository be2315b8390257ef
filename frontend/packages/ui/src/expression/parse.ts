/** Reads a condition of a model into a tree. It never becomes code: what the grammar does not know is refused. */
export type Operator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "+" | "-" | "*" | "/" | "%";

export type Expression =
  | { kind: "literal"; value: string | number | boolean | null }
  | { kind: "list"; items: Expression[] }
  | { kind: "name"; path: string[] }
  | { kind: "not"; operand: Expression }
  | { kind: "negative"; operand: Expression }
  | { kind: "binary"; operator: Operator; left: Expression; right: Expression };

export class SyntaxProblem extends Error {}

type Token = { kind: "number" | "text" | "name" | "sign" | "end"; text: string };

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)|(\|\||&&|===|!==|==|!=|<=|>=|\?\.|[<>!()[\],.+\-*/%]))/y;

/** Lowest first. All of them join from the left. */
const LEVELS: readonly (readonly Operator[])[] = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]];

const SAME: Readonly<Record<string, string>> = { "===": "==", "!==": "!=", "?.": ".", and: "&&", or: "||", not: "!" };
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null, undefined: null };
/** Deeper than any condition that somebody wrote; keeps the stack of the page safe. */
const MOST_NESTED = 50;

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const reader = new RegExp(TOKEN);
  const text = source.trimEnd();
  while (reader.lastIndex < text.length) {
    const at = reader.lastIndex;
    const found = reader.exec(text);
    if (!found) throw new SyntaxProblem(`Nothing known at ${at + 1}: ${text.slice(at, at + 10)}`);
    const [, number, single, double, name, sign] = found;
    const quoted = single ?? double;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: quoted.replace(/\\(.)/g, "$1") });
    else if (name !== undefined) tokens.push(Object.hasOwn(SAME, name) ? { kind: "sign", text: SAME[name] ?? name } : { kind: "name", text: name });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: SAME[sign] ?? sign });
  }
  return [...tokens, { kind: "end", text: "" }];
}

class Reader {
  #at = 0;
  #depth = 0;

  constructor(readonly tokens: readonly Token[]) {}

  whole(): Expression {
    const expression = this.#binary(0);
    if (this.#next.kind !== "end") throw new SyntaxProblem(`Unexpected: ${this.#next.text}`);
    return expression;
  }

  get #next(): Token {
    return this.tokens[this.#at] ?? { kind: "end", text: "" };
  }

  #take(): Token {
    const token = this.#next;
    this.#at += 1;
    return token;
  }

  #takeSign(sign: string): boolean {
    if (this.#next.kind !== "sign" || this.#next.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #operatorOf(level: number): Operator | undefined {
    const { kind, text } = this.#next;
    return kind === "sign" || (kind === "name" && text === "in") ? LEVELS[level]?.find((operator) => operator === text) : undefined;
  }

  #binary(level: number): Expression {
    if (level === LEVELS.length) return this.#unary();
    let left = this.#binary(level + 1);
    for (let operator = this.#operatorOf(level); operator; operator = this.#operatorOf(level)) {
      this.#at += 1;
      left = { kind: "binary", operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #unary(): Expression {
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) throw new SyntaxProblem("Nested too deep");
    try {
      if (this.#takeSign("!")) return { kind: "not", operand: this.#unary() };
      if (this.#takeSign("-")) return { kind: "negative", operand: this.#unary() };
      return this.#primary();
    } finally {
      this.#depth -= 1;
    }
  }

  #primary(): Expression {
    if (this.#takeSign("(")) {
      const inside = this.#binary(0);
      if (!this.#takeSign(")")) throw new SyntaxProblem("A bracket is not closed");
      return inside;
    }
    if (this.#takeSign("[")) return { kind: "list", items: this.#items() };
    const token = this.#take();
    if (token.kind === "number") return { kind: "literal", value: Number(token.text) };
    if (token.kind === "text") return { kind: "literal", value: token.text };
    if (token.kind !== "name") throw new SyntaxProblem(`Unexpected: ${token.text || "end"}`);
    if (Object.hasOwn(WORDS, token.text)) return { kind: "literal", value: WORDS[token.text] ?? null };
    return { kind: "name", path: [token.text, ...this.#members()] };
  }

  #members(): string[] {
    const path: string[] = [];
    while (this.#takeSign(".")) {
      const token = this.#take();
      if (token.kind !== "name") throw new SyntaxProblem(`Not a name: ${token.text}`);
      path.push(token.text);
    }
    return path;
  }

  #items(): Expression[] {
    const items: Expression[] = [];
    while (!this.#takeSign("]")) {
      items.push(this.#binary(0));
      if (this.#takeSign(",")) continue;
      if (!this.#takeSign("]")) throw new SyntaxProblem("A list is not closed");
      break;
    }
    return items;
  }
}

/** The tree of a condition; throws SyntaxProblem where it is none. */
export const parse = (source: string): Expression => new Reader(tokensOf(source)).whole();
