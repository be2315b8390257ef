import { useMutation, useQuery } from "@apollo/client/react";
import { Menu } from "@mantine/core";
import { IconArrowUpRight, IconDots, IconPlus, IconTable, IconTrash } from "../icons";
import { Button, IconButton, showToast } from "@torque/ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { APPLICATIONS, CREATE_APPLICATION, DELETE_APPLICATION, START_APPLICATION, STOP_APPLICATION } from "../api/documents";
import { messageOf } from "../api/errors";
import type { Application } from "../api/types";
import { useDocument, useOpenModel, useSession } from "../model/ModelProvider";
import { Confirm } from "../parts/Confirm";
import { Dot } from "../parts/Dot";
import { Moment } from "../parts/Moment";
import { NameDialog } from "../parts/NameDialog";
import { EmptyRow, Failure, LoadingRows } from "../parts/States";
import { Tag } from "../parts/Tag";
import { useServices } from "../services";
import table from "../parts/table.module.css";
import classes from "./overview.module.css";

/** The running instances of this model, each with records of its own. */
export function Applications() {
  const { t } = useTranslation("editor");
  const { id } = useOpenModel();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery(APPLICATIONS, { variables: { modelId: id } });
  const applications = data?.applications;
  const add = (
    <Button kind="subtle" compact icon={<IconPlus size={14} stroke={1.8} />} className={classes.add} onClick={() => { setAdding(true); }}>
      {t("applications.new")}
    </Button>
  );
  return (
    <section aria-labelledby="applications" className={classes.section}>
      <header>
        <h2 id="applications">
          {t("applications.title")} <span>{applications?.length}</span>
        </h2>
        {add}
      </header>
      {!applications && !error && <LoadingRows rows={2} />}
      {error !== undefined && !applications && <Failure error={error} onRetry={() => void refetch()} />}
      {applications?.length === 0 && <EmptyRow>{t("applications.empty")}</EmptyRow>}
      {applications && applications.length > 0 && <ApplicationTable applications={applications} />}
      <NewApplication opened={adding} taken={applications ?? []} onClose={() => { setAdding(false); }} />
    </section>
  );
}

function ApplicationTable({ applications }: { applications: readonly Application[] }) {
  const { t } = useTranslation("editor");
  return (
    <div className={table.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("applications.name")}</th>
            <th scope="col">{t("applications.state")}</th>
            <th scope="col">{t("applications.access")}</th>
            <th scope="col" className={table.number}>{t("applications.revision")}</th>
            <th scope="col">{t("applications.since")}</th>
            <th scope="col">
              <span className="tq-visually-hidden">{t("actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {applications.map((application) => (
            <ApplicationRow key={application.id} application={application} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ApplicationRow({ application }: { application: Application }) {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const { ref } = useOpenModel();
  const revision = useSession("revision");
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const running = application.status === "running";
  const [toggle, toggling] = useMutation(running ? STOP_APPLICATION : START_APPLICATION, { variables: { id: application.id }, refetchQueries: ["Applications"] });
  const behind = application.modelRevision !== null && application.modelRevision < revision;
  const change = (): void => {
    toggle().catch((error: unknown) => {
      showToast({ message: messageOf(error), kind: "error" });
    });
  };
  const remove = async (): Promise<void> => {
    await client.mutate({ mutation: DELETE_APPLICATION, variables: { id: application.id }, refetchQueries: ["Applications"] });
  };
  return (
    <tr>
      <td>
        <span className={classes.application}>
          <Dot shape={running ? "solid" : "hollow"} tone={running ? "ok" : "idle"} />
          <b>{application.label}</b> <code>{application.url}</code>
        </span>
      </td>
      <td>{t(`application.${application.status}`)}</td>
      <td>{t(application.public ? "applications.public" : "applications.signedIn")}</td>
      <td className={table.number}>
        <code>{application.modelRevision ?? revision}</code> {behind && <Tag tone="warn">{t("applications.behind")}</Tag>}
      </td>
      <td>
        <Moment at={application.createdAt} />
      </td>
      <td className={classes.rowActions}>
        {running ? (
          <a href={application.url} target="_blank" rel="noreferrer" className={classes.open}>
            {t("applications.open")} <IconArrowUpRight size={14} stroke={1.6} aria-hidden="true" />
          </a>
        ) : (
          <Button kind="subtle" compact busy={toggling.loading} onClick={change}>
            {t("applications.start")}
          </Button>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <IconButton label={t("applications.actionsOf", { name: application.label })}>
              <IconDots size={16} stroke={1.6} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {running && (
              <>
                <Menu.Item leftSection={<IconTable size={16} stroke={1.6} />} onClick={() => void navigate(`/models/${ref}/data/${application.name}`)}>
                  {t("applications.data")}
                </Menu.Item>
                <Menu.Item onClick={change}>{t("applications.stop")}</Menu.Item>
                <Menu.Divider />
              </>
            )}
            <Menu.Item color="red" leftSection={<IconTrash size={16} stroke={1.6} />} onClick={() => { setDeleting(true); }}>
              {t("applications.delete")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Confirm
          opened={deleting}
          onClose={() => { setDeleting(false); }}
          title={t("applications.deleteTitle", { name: application.label })}
          verb={t("applications.deleteVerb")}
          type={application.name}
          onConfirm={remove}
        >
          <p>{t("applications.deleteText")}</p>
        </Confirm>
      </td>
    </tr>
  );
}

function NewApplication({ opened, taken, onClose }: { opened: boolean; taken: readonly Application[]; onClose: () => void }) {
  const { t } = useTranslation("editor");
  const { client } = useServices();
  const { id } = useOpenModel();
  const document = useDocument();
  const label = taken.length ? t("applications.staging") : (document.display_name ?? document.name);
  const slug = document.name.replaceAll("_", "-");
  return (
    <NameDialog
      opened={opened}
      onClose={onClose}
      title={t("applications.newTitle")}
      labels={{ displayName: t("applications.label"), name: t("applications.slug") }}
      initial={{ displayName: label, name: taken.length ? `${slug}-staging` : slug, ownName: true }}
      verb={t("applications.create")}
      onSubmit={({ name, displayName }) =>
        client.mutate({ mutation: CREATE_APPLICATION, variables: { modelId: id, name, label: displayName }, refetchQueries: ["Applications"] })
      }
    />
  );
}
