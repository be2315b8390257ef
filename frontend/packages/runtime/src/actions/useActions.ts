import { codeOf, RpcError } from "@torque/client";
import type { Action, Execution, JsonObject } from "@torque/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { showToast } from "@torque/ui";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useRuntime } from "../context";
import { errorText, useMutations } from "../data/mutations";
import { useDelete } from "../record/useDelete";
import { usePageModals } from "../page/modals";
import { isFile, saveFile } from "./download";

/** What a workflow answered, in one sentence; null when it has nothing to say. */
function sentence(output: unknown): string | null {
  if (typeof output === "string" && output !== "") return output;
  if (typeof output === "object" && output !== null && "message" in output && typeof output.message === "string") return output.message;
  return null;
}

/** Runs the actions of buttons, rows and forms. Failures are told in a toast; the promise says when it is done. */
export function useActions(): (action: Action) => Promise<void> {
  const { client, address } = useRuntime();
  const { t } = useTranslation("runtime");
  const cache = useQueryClient();
  const { create, update } = useMutations();
  const modals = usePageModals();
  const remove = useDelete();
  const runFlow = useCallback(
    async (xflowId: string, input: JsonObject) => {
      const { output }: Execution = await client.call("executeXFlow", { xflowId, input });
      if (isFile(output)) saveFile(output);
      else showToast({ message: sentence(output) ?? t("xflow.done") });
      await cache.invalidateQueries({ queryKey: ["records"] });
    },
    [client, cache, t],
  );
  const run = async (action: Action): Promise<void> => {
    switch (action.type) {
      case "openModal":
        if (modals.has(action.modal_id)) return address.set({ modal: action.modal_id });
        return address.set({ form: action.modal_id, record: action.record_id ?? null, new: action.record_id ? null : "1" });
      case "closeModal":
        return address.set({ modal: null, form: null, record: null, new: null });
      case "navigateTo":
        return address.goTo(action.page_id, action.params);
      case "executeXFlow":
        return runFlow(action.xflow_id, action.input ?? {});
      case "refreshComponent":
        return cache.invalidateQueries({ queryKey: ["records"] });
      case "createEntity":
        return void (await create(action.entity_type, action.data ?? {}));
      case "updateEntity":
        return void (await update(undefined, action.entity_id, action.data ?? {}));
      case "deleteEntity":
        return remove("", [action.entity_id]);
      case "custom":
        return void showToast({ kind: "error", message: t("action.unsupported") });
      default:
        return action satisfies never;
    }
  };
  return async (action) => {
    try {
      await run(action);
    } catch (error) {
      const details = error instanceof RpcError && error.fieldErrors.length > 0 ? error.fieldErrors.map(({ message }) => message).join(" ") : errorText(error, t("error.offline"), t("error.unknown"));
      showToast({ kind: "error", message: details || codeOf(error) });
    }
  };
}
