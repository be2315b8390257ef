import { useQuery } from "@apollo/client/react";
import { useTranslation } from "react-i18next";
import { Navigate, useParams, useSearchParams } from "react-router";
import { APPLICATION_BY_REF } from "../api/documents";
import { StatusBar } from "../frame/StatusBar";
import { TopBar } from "../frame/TopBar";
import classes from "../frame/frame.module.css";
import { Failure, LoadingRows } from "../parts/States";

/** Where a running application links to: its model, at the page that was open there. */
export function FromApplication() {
  const { t } = useTranslation("editor");
  const { application = "" } = useParams();
  const [parameters] = useSearchParams();
  const page = parameters.get("page");
  const { data, error, refetch } = useQuery(APPLICATION_BY_REF, { variables: { id: application } });
  if (data) return <Navigate to={`/models/${data.application.modelId}${page ? `/pages/${page}` : ""}`} replace />;
  return (
    <>
      <TopBar crumbs={[{ title: t("models.title"), to: "/models" }, { title: application }]} />
      <main className={classes.main}>{error ? <Failure error={error} onRetry={() => void refetch()} /> : <LoadingRows />}</main>
      <StatusBar />
    </>
  );
}
