import type { TorqueClient } from "@torque/client";
import type { ModelMetadata, SessionInfo } from "@torque/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { showToast } from "@torque/ui";
import { useEffect, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { RuntimeContext, type Address, type Runtime } from "./context";
import { deleteRecords } from "./data/bulk";
import { keys } from "./data/keys";
import { errorText } from "./data/mutations";
import { titleFieldsOf, Titles } from "./data/titles";
import { OwnWrites } from "./data/writes";
import { Deletions } from "./record/deletions";

export type RuntimeProviderProps = {
  client: TorqueClient;
  metadata: ModelMetadata;
  address: Address;
  /** Who reads; nobody by default. */
  user?: SessionInfo | null;
  /** Told how many fields of a form are not saved, and where it stands. */
  onUnsaved?: Runtime["onUnsaved"];
  children: ReactNode;
};

const nobody = (): void => {};

/** Gives the pages inside it their application: one client, one address, one memory of what this reader did. */
export function RuntimeProvider({ client, metadata, address, user = null, onUnsaved = nobody, children }: RuntimeProviderProps) {
  const { t } = useTranslation("runtime");
  const cache = useQueryClient();
  // Titles belong to the model's title fields: new ones make the old titles wrong.
  const titleFields = titleFieldsOf(metadata);
  const titles = useMemo(() => new Titles(titleFields), [titleFields]);
  const writes = useMemo(() => new OwnWrites(), []);
  const deletions = useMemo(
    () =>
      new Deletions(
        async ({ ids, entityType }, options) => {
          const refused = await writes.run(() => deleteRecords(client, entityType, ids, options), () => ids.map((id) => ({ id })));
          void cache.invalidateQueries({ queryKey: entityType ? keys.records(entityType) : ["records"] });
          return refused;
        },
        ({ ids, entityType }, error) => {
          const reason = errorText(error, t("error.offline"), t("error.unknown"));
          const [first = ""] = ids;
          const title = titles.of(entityType, first) ?? first.slice(0, 8);
          showToast({ kind: "error", message: ids.length > 1 ? t("record.deleteManyFailed", { count: ids.length, reason }) : t("record.deleteFailed", { title, reason }) });
        },
      ),
    [client, writes, cache, titles, t],
  );
  useEffect(() => {
    const flush = (): void => deletions.flush();
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, [deletions]);
  const runtime = useMemo(() => ({ client, metadata, user, address, titles, writes, deletions, onUnsaved }), [client, metadata, user, address, titles, writes, deletions, onUnsaved]);
  return <RuntimeContext value={runtime}>{children}</RuntimeContext>;
}
