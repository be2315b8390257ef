/** The components a page may hold, each loaded when the first page that shows one is drawn. */
import { lazy, type ComponentType } from "react";
import type { ComponentProps } from "../components/types";

type Load = () => Promise<{ default: ComponentType<ComponentProps> }>;

const loaders: Readonly<Record<string, Load>> = {
  DataGrid: () => import("../components/DataGrid/DataGridComponent").then(({ DataGridComponent }) => ({ default: DataGridComponent })),
  Form: () => import("../components/Form/FormComponent").then(({ FormComponent }) => ({ default: FormComponent })),
  Button: () => import("../components/Button/ButtonComponent").then(({ ButtonComponent }) => ({ default: ButtonComponent })),
  Text: () => import("../components/Text/TextComponent").then(({ TextComponent }) => ({ default: TextComponent })),
  Container: () => import("../components/Container/ContainerComponent").then(({ ContainerComponent }) => ({ default: ContainerComponent })),
  Modal: () => import("../components/Modal/ModalComponent").then(({ ModalComponent }) => ({ default: ModalComponent })),
};

export const registry: Readonly<Record<string, ComponentType<ComponentProps>>> = Object.fromEntries(
  Object.entries(loaders).map(([type, load]) => [type, lazy(load)]),
);

/** Fetches the code of what nearly every page shows, while the page itself is still being asked for. */
export function preloadComponents(): void {
  ["DataGrid", "Button"].forEach((type) => void loaders[type]?.());
}

/** Types this front end draws; a server may know more. */
export const componentTypes: readonly string[] = Object.keys(registry);
