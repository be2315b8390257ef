import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconCheck, IconStack2 } from "../../icons/tabler";
import { Button } from "../Button/Button";
import type { GridColumnSpec } from "./DataGrid.types";
import { canGroup } from "./groups";

type GroupMenuProps = { columns: readonly GridColumnSpec[]; group: string | null; onGroup: (field: string | null) => void };

/** The column whose values become headings. */
export function GroupMenu({ columns, group, onGroup }: GroupMenuProps) {
  const { t } = useTranslation("ui");
  const usable = columns.filter(canGroup);
  const current = usable.find(({ field }) => field === group);
  if (usable.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button compact kind="subtle" icon={<IconStack2 aria-hidden />}>
          {current ? t("group.by", { title: current.title }) : t("group.label")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={current?.field ?? ""} onChange={(field) => onGroup(field || null)}>
          <Menu.RadioItem value="" closeMenuOnClick checkIcon={<IconCheck aria-hidden />}>
            {t("group.none")}
          </Menu.RadioItem>
          {usable.map(({ field, title }) => (
            <Menu.RadioItem key={field} value={field} closeMenuOnClick checkIcon={<IconCheck aria-hidden />}>
              {title}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
