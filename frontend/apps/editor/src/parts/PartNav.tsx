import type { ReactNode } from "react";
import { Link } from "react-router";
import { IconPlus } from "../icons";
import { IconButton } from "@torque/ui";
import classes from "./list.module.css";

export type PartNavProps = {
  title: string;
  count: number;
  addLabel: string;
  onAdd: () => void;
  /** More buttons in the head, before the one that adds. */
  tools?: ReactNode;
  /** Between the head and the list: a search field. */
  search?: ReactNode;
  /** When the list is empty though there are parts. */
  none?: string;
  /** A `PartLink` each. */
  children: ReactNode;
};

/** The list of parts at the start of a screen: how many there are, one more, and a link to each. */
export function PartNav({ title, count, addLabel, onAdd, tools, search, none, children }: PartNavProps) {
  return (
    <nav aria-label={title} className={classes.list}>
      <header>
        <h2>
          {title} <span>{count}</span>
        </h2>
        {tools}
        <IconButton label={addLabel} onClick={onAdd}>
          <IconPlus size={16} stroke={1.6} />
        </IconButton>
      </header>
      {search && <div className={classes.search}>{search}</div>}
      <ul>{children}</ul>
      {none && <p className={classes.none}>{none}</p>}
    </nav>
  );
}

export type PartLinkProps = {
  to: string;
  icon: ReactNode;
  name: string;
  /** It is the chosen one. */
  current: boolean;
  /** At the end of the line: a count, a mark. */
  end?: ReactNode;
  onChoose: () => void;
  /** What is done with the part; stands over the end of the line. */
  menu?: ReactNode;
};

/** One part in a `PartNav`. */
export function PartLink({ to, icon, name, current, end, onChoose, menu }: PartLinkProps) {
  return (
    <li>
      <Link to={to} aria-current={current ? "page" : undefined} onClick={onChoose}>
        {icon}
        <span className={classes.name}>{name}</span>
        {end}
      </Link>
      {menu && <span className={classes.menu}>{menu}</span>}
    </li>
  );
}

/** The quiet figure or mark at the end of a line. */
export function LinkEnd({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span className={classes.count} title={title}>
      {children}
    </span>
  );
}
