/** A model of the tests' own that has findings, two revisions, and an application with three records. */

export const PROJECT = "project-plan";

const field = (name: string, type: string, more: object = {}): { id: string; name: string } & Record<string, unknown> => ({ id: `step_${name}`, name, field_type: { type }, ...more });

export const projectDocument = {
  format: "torque/1",
  name: PROJECT,
  display_name: "Project plan",
  description: "Steps of a project and what they wait for.",
  version: "1.0.0",
  entities: [{ id: "step", name: "step", display_name: "Step", fields: [field("name", "String", { required: true }), field("done", "Boolean", { display_name: "Done" }), field("after", "Reference", { field_type: { type: "Reference", entity: "step" } })] }],
  pages: [
    { id: "steps", title: "Steps", path: "/", in_navigation: true, components: [{ id: "steps_grid", type: "DataGrid", position: { row: 0, col: 0, width: 12, height: 8 }, props: { entityType: "step", columns: [{ field: "name" }, { field: "owner" }] } }] },
    { id: "archive", title: "Archive", path: "/archive", components: [] },
  ],
  locales: { de: { "Project plan": "Projektplan", Title: "Titel", Done: "Erledigt", "All steps": "Alle Schritte" } },
  sample_data: {
    step: [
      { id: "0190a000-0000-7000-8000-000000000001", name: "Draw the plan", done: true },
      { id: "0190a000-0000-7000-8000-000000000002", name: "Order the wood", done: false },
      { id: "0190a000-0000-7000-8000-000000000003", name: "Build the shed" },
    ],
  },
};

/** What makes its second revision. */
export const projectChanges = [
  { type: "UpdateField", target: "step_name", set: { display_name: "Title", validation: [{ type: "MinLength", value: 3 }] } },
  { type: "UpdatePage", target: "steps", set: { title: "All steps" } },
];
