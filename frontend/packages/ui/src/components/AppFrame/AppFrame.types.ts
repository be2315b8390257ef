import type { MouseEvent, ReactNode } from "react";

export type FrameItem = {
  id: string;
  title: string;
  icon: string | null;
  href: string;
  /** How many records the page lists, where it lists records. */
  count?: number;
};

export type AppFrameProps = {
  /** Name of the application, at the top of the navigation. */
  name: string;
  items: readonly FrameItem[];
  activeId: string | null;
  /** A plain click on a place; the others (new tab, middle button) stay the browser's. */
  onNavigate: (item: FrameItem, event: MouseEvent) => void;
  /** Who is signed in, or what the application is open to. */
  account: { name: string; detail?: string };
  /** Items of the account's menu. */
  menu: ReactNode;
  children: ReactNode;
};
