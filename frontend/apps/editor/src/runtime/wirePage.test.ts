import { expect, it } from "vitest";
import { orders } from "../fixtures/documents";
import { browsePage, gridPage, wirePage } from "./wirePage";

const order = orders.entities?.[1];
if (!order) throw new Error("The fixture has lost its order");

it("draws a draft as the server would compile it", () => {
  const page = wirePage(
    {
      id: "p",
      name: "p",
      components: [
        { id: "b", type: "Button", props: { label: "New" }, events: [{ on: "click", action: { type: "openModal", modal_id: "order_form" } }] },
        { id: "g", type: "DataGrid", props: { entityType: "order", columns: [{ field: "customer_id" }, "status", { field: "nowhere", title: "?" }] } },
      ],
    },
    orders,
  );
  expect(page.components[0]?.props.onClick).toEqual({ type: "openModal", modal_id: "order_form" });
  expect(page.components[1]?.props.columns).toMatchObject([
    { field: "customer_id", title: "Customer", type: "Reference", entity: "customer" },
    { field: "status", type: "Enum", options: [{ value: "Draft", label: "Draft" }, {}, {}] },
    { field: "nowhere", title: "?" },
  ]);
});

it("browses every field and the time of creation", () => {
  const [button, grid] = browsePage(order, orders, "New Order").components;
  expect(button?.props.onClick).toEqual({ type: "openModal", modal_id: "order_form" });
  expect((grid?.props.columns as { field: string }[]).map(({ field }) => field)).toEqual([...order.fields.map(({ name }) => name), "created_at"]);
  expect(gridPage(order, orders).components).toHaveLength(1);
});
