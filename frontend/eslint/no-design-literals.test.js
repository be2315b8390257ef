// @vitest-environment node
import { RuleTester } from "eslint";
import { describe, it } from "vitest";
import { scriptRule } from "./no-design-literals.js";

RuleTester.describe = describe;
RuleTester.it = it;

const jsx = { languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } };
const refused = (code) => ({ code, ...jsx, errors: [{ messageId: "literal" }] });
const fine = (code) => ({ code, ...jsx });

new RuleTester().run("no-design-literals", scriptRule, {
  valid: [fine("const a = 'var(--tq-text)'"), fine("const a = `${width}px`"), fine("<Box gap={0} size={28} />"), fine("const a = 'page-2'")],
  invalid: [refused("const a = '#fff'"), refused("const a = 'rgb(1 2 3)'"), refused("const a = '12px'"), refused("<Box gap={12} />"), refused("const a = `1.5rem ${b}`")],
});
