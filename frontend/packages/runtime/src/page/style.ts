/** The part of a component's style that is a matter of layout. Colours, edges and shadows are the theme's: both schemes must hold. */
import type { PageComponent } from "@torque/protocol";
import type { CSSProperties } from "react";

const LAYOUT = new Set(["marginTop", "marginBottom", "paddingTop", "paddingBottom", "minHeight", "maxWidth", "textAlign", "alignSelf", "justifySelf"]);

export function layoutStyle(style: PageComponent["style"]): CSSProperties {
  return Object.fromEntries(Object.entries(style ?? {}).filter(([name]) => LAYOUT.has(name)));
}
