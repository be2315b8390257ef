import { useQuery } from "@apollo/client/react";
import { Button } from "@torque/ui";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { codeOf } from "../api/errors";
import { MODEL_BY_REF } from "../api/documents";
import { StatusBar } from "../frame/StatusBar";
import { TopBar } from "../frame/TopBar";
import { CarefulProvider } from "../effects/CarefulProvider";
import classes from "../frame/frame.module.css";
import { Failure, LoadingRows } from "../parts/States";
import { ModelLayout } from "./ModelLayout";
import { ModelProvider } from "./ModelProvider";

/** Loads the model of the address and opens a session on it. */
export function ModelRoute() {
  const { t } = useTranslation("editor");
  const { model: ref = "" } = useParams();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(MODEL_BY_REF, { variables: { id: ref }, fetchPolicy: "no-cache" });
  if (data && (data.model.name === ref || data.model.id === ref)) {
    return (
      <ModelProvider key={data.model.id} model={data.model}>
        <CarefulProvider>
          <ModelLayout />
        </CarefulProvider>
      </ModelProvider>
    );
  }
  const unknown = error !== undefined && codeOf(error) === "NOT_FOUND";
  return (
    <>
      <TopBar crumbs={[{ title: t("models.title"), to: "/models" }, { title: ref }]} />
      <main className={classes.main}>
        {!error && <LoadingRows />}
        {error && (
          <div className={classes.notice}>
            <h1>{unknown ? t("model.unknown", { ref }) : t("model.notLoaded")}</h1>
            <Failure error={error} onRetry={unknown ? undefined : () => void refetch()} />
            <Button onClick={() => void navigate("/models")}>{t("model.toList")}</Button>
          </div>
        )}
      </main>
      <StatusBar />
    </>
  );
}
