import type { Meta, StoryObj } from "@storybook/react-vite";
import { useEffect } from "react";
import { hideToast, showToast } from "./store";
import { Toaster } from "./Toaster";
import type { ToastInput } from "./Toaster.types";

/** The toaster itself stands in the provider around every story. */
function Shown({ toast }: { toast: ToastInput }) {
  useEffect(() => {
    const id = showToast(toast);
    return () => hideToast(id);
  }, [toast]);
  return null;
}

const meta: Meta<typeof Toaster> = { title: "States/Toaster", component: Toaster };

export default meta;
type Story = StoryObj<typeof Toaster>;

export const WithUndo: Story = { render: () => <Shown toast={{ message: "Deleted Buy groceries.", action: { label: "Undo", run: () => {} }, duration: 60_000 }} /> };
export const Failure: Story = { render: () => <Shown toast={{ kind: "error", message: "Buy groceries is still there: two orders refer to it." }} /> };
export const FailureDark: Story = { ...Failure, globals: { scheme: "dark" } };
