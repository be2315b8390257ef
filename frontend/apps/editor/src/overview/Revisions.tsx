import { useQuery } from "@apollo/client/react";
import { IconHistory } from "../icons";
import { describeChange, type ModelDocument } from "@torque/model";
import { Button } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { MODEL_DIFF } from "../api/documents";
import type { ModelRevision } from "../api/types";
import { DiffList } from "../effects/DiffList";
import { StoredEffects } from "../effects/StoredEffects";
import { useDocument, useOpenModel, useSession } from "../model/ModelProvider";
import { Avatar } from "../parts/Avatar";
import { Confirm } from "../parts/Confirm";
import { Moment } from "../parts/Moment";
import { EmptyRow, Failure, LoadingRows } from "../parts/States";
import classes from "./overview.module.css";
import { useRevisions, type Revisions } from "./useRevisions";

const IN_PANE = 6;
const LINES = 3;

/** The newest revisions, beside the overview. */
export function RevisionPane() {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const revisions = useRevisions();
  return (
    <aside className={classes.recent} aria-labelledby="recent">
      <header>
        <h2 id="recent">{t("history.recent")}</h2>
        <Link to={`/models/${ref}/history`}>{t("history.all")}</Link>
      </header>
      <RevisionList {...revisions} most={IN_PANE} lines={LINES} />
    </aside>
  );
}

/** Every revision of the model. */
export function HistoryRoute() {
  const { t } = useTranslation("editor");
  const revisions = useRevisions();
  return (
    <section aria-labelledby="history" className={classes.history}>
      <header>
        <h1 id="history">
          {t("history.title")} <span>{revisions.revisions?.length}</span>
        </h1>
        <p>{t("history.text")}</p>
      </header>
      <RevisionList {...revisions} />
    </section>
  );
}

function RevisionList({ revisions, error, reload, restoring, restore, asked, answer, most = Infinity, lines = Infinity }: Revisions & { most?: number; lines?: number }) {
  const { t } = useTranslation("editor");
  const document = useDocument();
  const current = useSession("revision");
  if (!revisions) return error === undefined ? <LoadingRows rows={4} /> : <Failure error={error} onRetry={reload} />;
  if (!revisions.length) return <EmptyRow>{t("history.empty")}</EmptyRow>;
  return (
    <>
    <ol className={classes.revisions}>
      {revisions.slice(0, most).map((revision) => (
        <RevisionRow
          key={revision.revision}
          revision={revision}
          document={document}
          lines={lines}
          current={revision.revision === current}
          busy={restoring === revision.revision}
          onRestore={() => {
            restore(revision.revision);
          }}
        />
      ))}
    </ol>
      <Confirm
        opened={asked !== undefined}
        title={t("history.restoreTitle", { revision: asked?.revision })}
        verb={t("history.restoreThis", { revision: asked?.revision })}
        onClose={() => {
          answer(false);
        }}
        onConfirm={() => {
          answer(true);
          return Promise.resolve();
        }}
      >
        <StoredEffects effects={asked?.effects ?? []} document={document} />
        <p>{t("stored.kept")}</p>
      </Confirm>
    </>
  );
}

type RowProps = {
  revision: ModelRevision;
  document: ModelDocument;
  lines: number;
  current: boolean;
  busy: boolean;
  onRestore: () => void;
};

function RevisionRow({ revision, document, lines, current, busy, onRestore }: RowProps) {
  const { t } = useTranslation("editor");
  const [open, setOpen] = useState(false);
  const { changes } = revision;
  const hidden = changes.length - lines;
  return (
    <li>
      <Avatar name={revision.author} square={revision.author !== "local" && /agent|token|mcp/i.test(revision.author)} />
      <div className={classes.what}>
        <p className={classes.who}>
          <b>{revision.author}</b> <Moment at={revision.createdAt} />
          <code>{t("history.revision", { revision: revision.revision })}</code>
        </p>
        <p>{revision.message || t("history.noMessage")}</p>
        {!open && changes.length > 0 && (
          <ul>
            {changes.slice(0, lines).map((change, at) => (
              <li key={at}>
                <code>{describeChange(change, document)}</code>
              </li>
            ))}
            {hidden > 0 && (
              <li>
                <code>{t("history.more", { count: hidden })}</code>
              </li>
            )}
          </ul>
        )}
        {open && <Differences revision={revision.revision} />}
        {revision.revision > 1 && (
          <Button kind="subtle" compact aria-expanded={open} onClick={() => { setOpen(!open); }} aria-label={t(open ? "history.hideThis" : "history.showThis", { revision: revision.revision })}>
            {t(open ? "history.hide" : "history.show")}
          </Button>
        )}
        {current ? (
          <span className={classes.current}>{t("history.current")}</span>
        ) : (
          <Button kind="subtle" compact busy={busy} icon={<IconHistory size={14} stroke={1.6} />} onClick={onRestore} aria-label={t("history.restoreThis", { revision: revision.revision })}>
            {t("history.restore")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** What a revision changed, as the server compares it with the one before. */
function Differences({ revision }: { revision: number }) {
  const { t } = useTranslation("editor");
  const { id } = useOpenModel();
  const { data, error, refetch } = useQuery(MODEL_DIFF, { variables: { modelId: id, before: revision - 1, after: revision }, fetchPolicy: "cache-first" });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingRows rows={1} />;
  return <DiffList diff={data.modelDiff} label={t("history.differences", { revision })} />;
}
