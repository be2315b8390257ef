import { Menu } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconFilterPlus } from "../../icons/tabler";
import { Button } from "../Button/Button";
import { SearchField } from "../SearchField/SearchField";
import classes from "./FilterBar.module.css";
import type { FilterBarProps, GridFilter } from "./FilterBar.types";
import { FilterChip } from "./FilterChip";
import { asksSomething, firstFilter } from "./operators";

/** Search, then one chip for each condition, then the button that adds one. */
export function FilterBar({ searchLabel, search, onSearch, fields, filters, onFilters, narrows, before, children }: FilterBarProps) {
  const { t } = useTranslation("ui");
  const [fresh, setFresh] = useState<number | null>(null);
  const adder = useRef<HTMLButtonElement>(null);
  const offered = fields.filter((field) => field.offered !== false);
  const replace = (index: number, filter: GridFilter): void => onFilters(filters.map((old, at) => (at === index ? filter : old)));
  return (
    <div className={classes.bar} role="search">
      {searchLabel && <SearchField label={searchLabel} value={search} onChange={onSearch} />}
      {searchLabel && (offered.length > 0 || filters.length > 0) && <span className={classes.divider} aria-hidden />}
      <div className={classes.chips}>
        {before}
        {filters.map((filter, index) => (
          <FilterChip
            key={`${index}.${filter.field}`}
            filter={filter}
            fields={fields}
            fresh={fresh === index}
            idle={narrows !== undefined && asksSomething(filter) && !narrows(filter)}
            onChange={(next) => replace(index, next)}
            onRemove={() => {
              onFilters(filters.filter((_, at) => at !== index));
              adder.current?.focus();
            }}
          />
        ))}
        {offered.length > 0 && (
          <Menu>
            <Menu.Target>
              <Button ref={adder} compact kind="subtle" icon={<IconFilterPlus aria-hidden />}>
                {t("filter.add")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {offered.map((field) => (
                <Menu.Item
                  key={field.name}
                  onClick={() => {
                    setFresh(filters.length);
                    onFilters([...filters, firstFilter(field)]);
                  }}
                >
                  {field.label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {children && <div className={classes.end}>{children}</div>}
    </div>
  );
}
