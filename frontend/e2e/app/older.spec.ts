/** Applications of older dialects: every page draws, and a record is made and edited through every form. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { Application, expect, test } from "./support";
import { fillAll, wordsOf, type Definition } from "./filling";

const own = join(import.meta.dirname, "models");
const beside = join(import.meta.dirname, "../../../../shared/samples");

const files = [
  ...["library-of-layouts.json", "visits-of-pages.json"].map((name) => join(own, name)),
  // Files that may lie beside the repository.
  ...(existsSync(beside) ? readdirSync(beside).filter((name) => name.endsWith(".json") && !name.endsWith(".schema.json")).map((name) => join(beside, name)) : []),
];

type Imported = { importModel: { application: { name: string }; model: { document: { forms?: { id: string }[]; entities: { name: string }[]; pages?: { id: string }[] } } } };

const IMPORT = "mutation($document: String!, $name: String!) { importModel(document: $document, name: $name) { application { name } model { document } } }";

for (const file of files) {
  const title = file.split("/").at(-1) ?? file;
  test(`${title}: a record is made and edited through each form, and each page draws`, async ({ editor, page, context }) => {
    test.slow();
    const name = `older-${randomBytes(4).toString("hex")}`;
    const { importModel } = (await editor.graphql(IMPORT, { document: readFileSync(file, "utf8"), name })) as Imported;
    const application = new Application(page, importModel.application.name);
    const { document } = importModel.model;

    for (const { id } of document.pages ?? []) {
      await application.open(`/${id}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await application.settled();
      await expect(page.getByRole("alert")).toHaveCount(0);
    }

    const forms = await Promise.all((document.forms ?? []).map(({ id }) => application.call<Definition>(context.request, "getFormDefinition", { formId: id })));
    const covered = new Set(forms.map(({ entity_type: entity }) => entity));
    const derived = await Promise.all(document.entities.filter((entity) => !covered.has(entity.name)).map((entity) => application.call<Definition>(context.request, "getFormDefinition", { entityType: entity.name })));
    for (const definition of [...forms, ...derived]) {
      const words = wordsOf(definition);
      const query = { entityType: definition.entity_type, limit: 1, sortBy: "created_at", sortOrder: "desc" };

      await application.open(`?form=${definition.id}&new=1`);
      // The drawer gives the focus to its first field when it appears: typing before that would go astray.
      await expect(application.form().locator("[data-autofocus]")).toBeFocused();
      await fillAll(page, application.form(), definition, "Made here");
      await application.form().getByRole("button", { name: /^Create / }).click();
      await expect(application.form()).toBeHidden();
      const made = (await application.call<{ data: { id: string }[] }>(context.request, "loadEntityData", query)).data[0];
      if (words) expect(made).toHaveProperty(words.name, expect.stringMatching(/^Made/));

      await application.open(`?form=${definition.id}&record=${made?.id ?? ""}`);
      if (words) await application.form().locator(`[id$="-${words.name}"]`).fill("Changed".slice(0, words.validation?.maxLength));
      await application.form().getByRole("button", { name: /^Save/ }).click();
      await expect(application.form()).toBeHidden();
      const changed = await application.call<object>(context.request, "getEntity", { entityId: made?.id });
      if (words) expect(changed).toHaveProperty(words.name, expect.stringMatching(/^Chang/));
    }
  });
}
