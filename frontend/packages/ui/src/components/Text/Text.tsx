import classes from "./Text.module.css";

export type TextVariant = "h1" | "h2" | "h3" | "body" | "caption";

export type TextProps = {
  content: string;
  /** A heading keeps its level for screen readers. Default "body". */
  variant?: TextVariant;
  align?: "left" | "center" | "right";
};

const ALIGN = { left: "start", center: "center", right: "end" } as const;

/** Words on a page: a heading or a paragraph. Line breaks are kept. */
export function Text({ content, variant = "body", align = "left" }: TextProps) {
  const Tag = variant === "body" || variant === "caption" ? "p" : variant;
  return (
    <Tag className={classes.text} data-variant={variant} data-align={ALIGN[align]}>
      {content}
    </Tag>
  );
}
