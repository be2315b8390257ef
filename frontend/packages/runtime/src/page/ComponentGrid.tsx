import type { PageComponent } from "@torque/protocol";
import { createContext, use, type ComponentType, type CSSProperties } from "react";
import type { ComponentProps } from "../components/types";
import classes from "./PageView.module.css";
import { layoutStyle } from "./style";

/** What draws one component: given from above, because components hold grids of components themselves. */
export const ComponentViewContext = createContext<ComponentType<ComponentProps>>(() => null);

type ComponentGridProps = {
  components: readonly PageComponent[];
  columns: number;
  /** The grid that has the page to itself. */
  alone: string | null;
  /** A line between rows; regions inside a page go without. Default true. */
  lines?: boolean;
};

function place({ position, style }: PageComponent): CSSProperties {
  const own = layoutStyle(style);
  if (!position) return own;
  return { ...own, gridColumn: `${position.col + 1} / span ${Math.max(1, position.width)}` };
}

/** Components in their order on the page, row by row; rows grow with their content. */
function rowsOf(components: readonly PageComponent[]): PageComponent[][] {
  const rows = new Map<number, PageComponent[]>();
  components.forEach((component) => {
    const row = component.position?.row ?? Number.MAX_SAFE_INTEGER;
    rows.set(row, [...(rows.get(row) ?? []), component]);
  });
  return [...rows.entries()].sort(([a], [b]) => a - b).map(([, members]) => members.toSorted((a, b) => (a.position?.col ?? 0) - (b.position?.col ?? 0)));
}

/** The layout grid of a page or a region: twelve columns, one line between rows. */
export function ComponentGrid({ components, columns, alone, lines = true }: ComponentGridProps) {
  const ComponentView = use(ComponentViewContext);
  return rowsOf(components).map((row) => {
    const buttons = row.every(({ type }) => type === "Button");
    const [first] = row;
    return (
      <div key={first?.id} className={buttons ? classes.buttons : classes.row} data-lines={lines || undefined} data-fill={row.some(({ id }) => id === alone) || undefined} style={{ "--page-columns": columns } as CSSProperties}>
        {row.map((component) => (
          <div key={component.id} className={classes.component} data-type={component.type} style={buttons ? undefined : place(component)}>
            <ComponentView component={component} alone={component.id === alone} />
          </div>
        ))}
      </div>
    );
  });
}
