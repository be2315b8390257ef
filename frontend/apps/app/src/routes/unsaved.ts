/** What would be lost by leaving a place: pure, so that it can be told before it happens. */
import type { FormPlace } from "@torque/runtime";
import type { Location } from "react-router";

/** Fields that are not saved, by where their form stands. */
export type Unsaved = Record<FormPlace, number>;

/** What the address says about the drawer: leaving one form of it for another is what may lose something. */
const drawerOf = ({ pathname, search }: Location): string => {
  const params = new URLSearchParams(search);
  return [pathname, params.get("form"), params.get("record"), params.get("new")].join(" ");
};

/** How many unsaved fields a step from one place to another would lose. */
export function lost({ drawer, page }: Unsaved, from: Location, to: Location): number {
  return (drawerOf(from) === drawerOf(to) ? 0 : drawer) + (from.pathname === to.pathname ? 0 : page);
}
