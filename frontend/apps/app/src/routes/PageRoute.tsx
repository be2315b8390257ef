import { codeOf, type TorqueClient } from "@torque/client";
import { errorText, PageView, useOfflineSince, usePage } from "@torque/runtime";
import { ErrorPane, OfflineLine } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useOutletContext, useParams } from "react-router";
import { START_PAGE } from "./places";
import { UnknownPage } from "../screens/Screens";

/** `/app/{application}/{page}`: one page; without a page the start page. */
export function PageRoute() {
  const { page: pageId = START_PAGE } = useParams();
  const client = useOutletContext<TorqueClient>();
  const { t } = useTranslation("runtime");
  const page = usePage(pageId);
  const offlineSince = useOfflineSince(client);
  const notice = offlineSince && <OfflineLine since={offlineSince} onRetry={() => client.retryNow()} />;
  if (page.data) return <PageView key={page.data.id} page={page.data} notice={notice} />;
  if (page.isPending) return notice;
  if (codeOf(page.error) === "NOT_FOUND") return <UnknownPage name={pageId} />;
  return <ErrorPane message={errorText(page.error, t("error.offline"), t("error.unknown"))} code={codeOf(page.error)} onRetry={() => void page.refetch()} />;
}
