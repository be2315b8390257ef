import type { Meta, StoryObj } from "@storybook/react-vite";
import { Modal } from "./Modal";

const meta: Meta<typeof Modal> = {
  title: "Dialogs/Modal",
  component: Modal,
  args: { opened: true, onClose: () => {}, title: "Help", children: "What this page is for." },
};

export default meta;
type Story = StoryObj<typeof Modal>;

export const Default: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };
