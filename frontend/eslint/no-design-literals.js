/** Colours and sizes come from the tokens: these two rules refuse them as literals in TypeScript and in CSS. */

const COLOUR = /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab)\(/i;
const SIZE = /(?<![\w-])-?\d*\.?\d+(?:px|rem|em|pt)\b/;
const STYLE_PROPS = new Set(
  "w h p px py pt pb pl pr ps pe m mx my mt mb ml mr ms me gap maw mah miw mih fz lh top left right bottom".split(" "),
);

const message = "'{{text}}' is a {{kind}} literal: use a --tq-* token.";

export const scriptRule = {
  meta: { type: "problem", messages: { literal: message }, schema: [] },
  create(context) {
    const check = (node, text) => {
      const kind = COLOUR.test(text) ? "colour" : SIZE.test(text) ? "size" : null;
      if (kind) context.report({ node, messageId: "literal", data: { text, kind } });
    };
    return {
      Literal: (node) => typeof node.value === "string" && check(node, node.value),
      TemplateElement: (node) => check(node, node.value.raw),
      JSXAttribute(node) {
        const value = node.value?.type === "JSXExpressionContainer" ? node.value.expression : null;
        if (STYLE_PROPS.has(node.name.name) && value?.type === "Literal" && typeof value.value === "number" && value.value !== 0)
          context.report({ node, messageId: "literal", data: { text: String(value.value), kind: "size" } });
      },
    };
  },
};

export const styleRule = {
  meta: { type: "problem", messages: { literal: message }, schema: [] },
  create(context) {
    return {
      Declaration(node) {
        const text = context.sourceCode.getText(node.value ?? node);
        const kind = COLOUR.test(text) ? "colour" : SIZE.test(text) ? "size" : null;
        if (kind) context.report({ node, messageId: "literal", data: { text, kind } });
      },
    };
  },
};

export const designPlugin = { rules: { script: scriptRule, style: styleRule } };
