/** How close the rows stand: the reader's choice for every grid, kept in this browser. */
import { useLocalStorage } from "@mantine/hooks";

export const DENSITIES = ["compact", "normal", "comfortable"] as const;
export type Density = (typeof DENSITIES)[number];

/** Height of a row in pixels; the style sheet has the same. */
export const ROW_HEIGHTS: Readonly<Record<Density, number>> = { compact: 32, normal: 36, comfortable: 44 };

const read = (kept: string | undefined): Density => DENSITIES.find((density) => density === kept) ?? "normal";

export function useDensity(): [Density, (density: Density) => void] {
  const [density, setDensity] = useLocalStorage<Density>({ key: "torque-grid-density", defaultValue: "normal", getInitialValueInEffect: false, serialize: (value) => value, deserialize: read });
  return [density, setDensity];
}
