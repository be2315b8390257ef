/** Which components of a page are drawn: `visible_if`, decided without running anything of the page's. */
import type { ModelMetadata, PageComponent, SessionInfo } from "@torque/protocol";
import { holds, type Scope } from "@torque/ui";

/** What conditions of a page speak of: the parameters it was opened with, the reader, and what the reader may do. */
export function pageScope(params: URLSearchParams, metadata: ModelMetadata, user: SessionInfo | null): Scope {
  return {
    params: Object.fromEntries(params),
    user: user ?? { name: null, roles: ["anonymous"] },
    permissions: Object.fromEntries(metadata.entities.map(({ name, permissions }) => [name, permissions])),
    application: metadata.name,
  };
}

/** The components whose condition holds, on every level. One that cannot be decided here is drawn: the data behind it is guarded by the server. */
export function visibleComponents(components: readonly PageComponent[], scope: Scope): PageComponent[] {
  return components
    .filter(({ visible_if: condition }) => holds(condition, scope, true))
    .map((component) => (component.children ? { ...component, children: visibleComponents(component.children, scope) } : component));
}
