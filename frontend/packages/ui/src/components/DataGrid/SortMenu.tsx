import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconArrowDown, IconArrowUp, IconSortAscending, IconSortDescending } from "../../icons/tabler";
import { Button } from "../Button/Button";
import classes from "./DataGrid.module.css";
import type { GridColumnSpec, GridSort } from "./DataGrid.types";

type SortMenuProps = { columns: readonly GridColumnSpec[]; sort: GridSort | null; onSort: (sort: GridSort) => void };

/** The order of the rows where no header can be pressed: a column chosen again turns round. */
export function SortMenu({ columns, sort, onSort }: SortMenuProps) {
  const { t } = useTranslation("ui");
  const current = columns.find(({ field }) => field === sort?.field);
  const rising = sort?.order === "asc";
  const Icon = rising ? IconSortAscending : IconSortDescending;
  const Arrow = rising ? IconArrowUp : IconArrowDown;
  return (
    <Menu>
      <Menu.Target>
        <Button compact className={classes.sortMenu} icon={<Icon aria-hidden />} aria-label={current ? t("grid.sortedBy", { title: current.title }) : t("grid.sort")}>
          {current?.title ?? t("grid.sort")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns
          .filter(({ sortable }) => sortable !== false)
          .map(({ field, title }) => (
            <Menu.Item key={field} rightSection={field === current?.field ? <Arrow aria-hidden /> : null} onClick={() => onSort({ field, order: field === current?.field && rising ? "desc" : "asc" })}>
              {title}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
