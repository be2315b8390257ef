import type { Action } from "@torque/protocol";
import { Button, icons, type ButtonKind } from "@torque/ui";
import { useState } from "react";
import { useActions } from "../../actions/useActions";
import { useRuntime } from "../../context";
import { useFormDefinition } from "../../data/queries";
import { usePageModals } from "../../page/modals";
import { text, type ComponentProps } from "../types";
import { useKey } from "./useKey";

const KINDS: Record<string, ButtonKind> = { primary: "primary", filled: "primary", danger: "danger", subtle: "subtle", link: "subtle" };

/** The action of a component's click: `events` counts, `props.onClick` is what the server emits for a button. */
export function clickAction({ component }: Pick<ComponentProps, "component">): Action | null {
  const event = component.events?.find(({ on }) => on === "click" || on === "onClick");
  const inline = component.props.onClick;
  return event?.action ?? (typeof inline === "object" && inline !== null && !Array.isArray(inline) && "type" in inline ? (inline as unknown as Action) : null);
}

const ICONS: Partial<Record<Action["type"], typeof icons.IconPlus>> = { executeXFlow: icons.IconPlayerPlay, refreshComponent: icons.IconRefresh };

function iconOf(action: Action | null, kind: ButtonKind): typeof icons.IconPlus | undefined {
  if (action?.type === "openModal" && kind === "primary") return icons.IconPlus;
  if (action?.type === "executeXFlow" && /export|download/i.test(action.xflow_id)) return icons.IconDownload;
  return action ? ICONS[action.type] : undefined;
}

/** False for a button that would open an empty form for records this reader may not make. */
function useMayCreate(action: Action | null): boolean {
  const { metadata } = useRuntime();
  const modals = usePageModals();
  const formId = action?.type === "openModal" && !modals.has(action.modal_id) ? action.modal_id : null;
  const { data } = useFormDefinition({ formId });
  return metadata.entities.find(({ name }) => name === data?.entity_type)?.permissions.create !== false;
}

/** A button of a page: runs its action and shows that it is under way. */
export function ButtonComponent({ component }: ComponentProps) {
  const run = useActions();
  const [busy, setBusy] = useState(false);
  const action = clickAction({ component });
  const allowed = useMayCreate(action);
  const kind = KINDS[text(component, "variant")] ?? "default";
  const Icon = iconOf(action, kind);
  const click = async (): Promise<void> => {
    if (!action) return;
    setBusy(true);
    await run(action);
    setBusy(false);
  };
  // The main action of a page; where several make records, the first one hears its key.
  const main = kind === "primary" && action?.type === "openModal" && component.props.disabled !== true;
  useKey("n", main && allowed, () => void click());
  if (!allowed) return null;
  return (
    <Button kind={kind} busy={busy} disabled={component.props.disabled === true} icon={Icon && <Icon aria-hidden />} shortcut={main ? "N" : undefined} onClick={() => void click()}>
      {text(component, "label") || text(component, "text") || component.id}
    </Button>
  );
}
