import { TextInput } from "@mantine/core";
import { IconSearch } from "../icons";
import { entityLabel, worst, type Entity } from "@torque/model";
import { IconButton, NamedIcon } from "@torque/ui";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useOpenModel, useSession } from "../model/ModelProvider";
import { LinkEnd, PartLink, PartNav } from "../parts/PartNav";
import { Severity } from "../parts/Severity";

export type EntityListProps = { entities: readonly Entity[]; chosen: Entity | undefined; onAdd: () => void; onChoose: () => void };

/** Every entity with its icon, what verification says about it, and its count of fields. */
export const EntityList = memo(function EntityList({ entities, chosen, onAdd, onChoose }: EntityListProps) {
  const { t } = useTranslation("editor");
  const { ref } = useOpenModel();
  const findings = useSession("findings");
  const [searching, setSearching] = useState(false);
  const [search, setSearch] = useState("");
  const shown = entities.filter((entity) => `${entityLabel(entity)} ${entity.name}`.toLowerCase().includes(search.toLowerCase()));
  const tool = (
    <IconButton
      label={t("entities.search")}
      expanded={searching}
      onClick={() => {
        setSearching(!searching);
        setSearch("");
      }}
    >
      <IconSearch size={16} stroke={1.6} />
    </IconButton>
  );
  const field = searching && (
    <TextInput
      aria-label={t("entities.search")}
      placeholder={t("entities.search")}
      autoFocus
      value={search}
      onChange={(event) => {
        setSearch(event.currentTarget.value);
      }}
    />
  );
  return (
    <PartNav
      title={t("entities.title")}
      count={entities.length}
      addLabel={t("entities.add")}
      onAdd={onAdd}
      tools={tool}
      search={field}
      none={entities.length > 0 && shown.length === 0 ? t("entities.noMatch") : undefined}
    >
      {shown.map((entity) => {
        const at = entities.indexOf(entity);
        const level = worst(findings.filter((finding) => finding.severity !== "Info" && `${finding.pointer}/`.startsWith(`/entities/${String(at)}/`)));
        return (
          <PartLink
            key={entity.id}
            to={`/models/${ref}/entities/${entity.id}`}
            icon={<NamedIcon name={entity.ui_config?.icon ?? "table"} />}
            name={entityLabel(entity)}
            current={entity === chosen}
            onChoose={onChoose}
            end={
              <>
                {level && <Severity level={level} size={14} />}
                <LinkEnd>{entity.fields.length}</LinkEnd>
              </>
            }
          />
        );
      })}
    </PartNav>
  );
});
