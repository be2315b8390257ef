import type { TorqueClient } from "@torque/client";
import type { ModelMetadata, SessionInfo } from "@torque/protocol";
import { useCounts } from "@torque/runtime";
import { AppFrame } from "@torque/ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { AccountMenu } from "./AccountMenu";

export type ApplicationFrameProps = { client: TorqueClient; metadata: ModelMetadata; session: SessionInfo | null; children: ReactNode };

/** Navigation and account around the pages of an application. */
export function ApplicationFrame({ client, metadata, session, children }: ApplicationFrameProps) {
  const { t } = useTranslation("app");
  const { application = "", page } = useParams();
  const navigate = useNavigate();
  const counts = useCounts(client, [...new Set(metadata.navigation.flatMap(({ entityType }) => entityType ?? []))]);
  const items = metadata.navigation.map(({ pageId, title, icon, entityType }) => ({
    id: pageId,
    title,
    icon,
    href: `/app/${encodeURIComponent(application)}/${encodeURIComponent(pageId)}`,
    count: entityType ? counts.get(entityType) : undefined,
  }));
  return (
    <AppFrame
      name={metadata.label || metadata.name}
      items={items}
      activeId={page ?? metadata.startPage ?? items[0]?.id ?? null}
      onNavigate={({ id }) => void navigate(`/${encodeURIComponent(application)}/${encodeURIComponent(id)}`)}
      account={session ? { name: session.name, detail: session.roles.join(", ") } : { name: t("account.guest"), detail: t("account.public") }}
      menu={<AccountMenu client={client} session={session} />}
    >
      {children}
    </AppFrame>
  );
}
