/** The components a page may hold, each loaded when the first page that shows one is drawn. */
import { lazy, type ComponentType } from "react";
import type { ComponentProps } from "../components/types";

export const registry: Readonly<Record<string, ComponentType<ComponentProps>>> = {
  DataGrid: lazy(() => import("../components/DataGrid/DataGridComponent").then(({ DataGridComponent }) => ({ default: DataGridComponent }))),
  Form: lazy(() => import("../components/Form/FormComponent").then(({ FormComponent }) => ({ default: FormComponent }))),
  Button: lazy(() => import("../components/Button/ButtonComponent").then(({ ButtonComponent }) => ({ default: ButtonComponent }))),
  Text: lazy(() => import("../components/Text/TextComponent").then(({ TextComponent }) => ({ default: TextComponent }))),
  Container: lazy(() => import("../components/Container/ContainerComponent").then(({ ContainerComponent }) => ({ default: ContainerComponent }))),
  Modal: lazy(() => import("../components/Modal/ModalComponent").then(({ ModalComponent }) => ({ default: ModalComponent }))),
};

/** Types this front end draws; a server may know more. */
export const componentTypes: readonly string[] = Object.keys(registry);
