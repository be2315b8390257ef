import type { Meta, StoryObj } from "@storybook/react-vite";
import { PageHeader } from "../PageHeader/PageHeader";
import { SchemeItems } from "../SchemeItems/SchemeItems";
import { AppFrame } from "./AppFrame";

const meta: Meta<typeof AppFrame> = {
  title: "Frame/AppFrame",
  component: AppFrame,
  args: {
    name: "Northwind Traders",
    items: [
      { id: "dashboard", title: "Dashboard", icon: "dashboard", href: "#dashboard" },
      { id: "orders", title: "Orders", icon: "receipt", href: "#orders", count: 830 },
      { id: "customers", title: "Customers", icon: "users", href: "#customers", count: 93 },
      { id: "products", title: "Products", icon: "package", href: "#products", count: 12077 },
      { id: "suppliers", title: "Suppliers", icon: "factory", href: "#suppliers" },
      { id: "shippers", title: "Shippers", icon: "truck", href: "#shippers" },
    ],
    activeId: "orders",
    onNavigate: () => {},
    account: { name: "Nancy Davolio", detail: "Sales representative" },
    menu: <SchemeItems />,
    children: <PageHeader title="Orders" />,
  },
};

export default meta;
type Story = StoryObj<typeof AppFrame>;

export const Wide: Story = {};
export const Dark: Story = { globals: { scheme: "dark" } };
export const Phone: Story = { ...Wide, globals: { viewport: { value: "phone" } } };
export const PhoneDark: Story = { ...Wide, globals: { viewport: { value: "phone" }, scheme: "dark" } };
export const Rail: Story = { globals: { viewport: { value: "rail" } } };
