import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconCheck, IconLayoutRows } from "../../icons/tabler";
import { Button } from "../Button/Button";
import { DENSITIES, type Density } from "./density";

/** How close the rows stand. */
export function DensityMenu({ density, onDensity }: { density: Density; onDensity: (density: Density) => void }) {
  const { t } = useTranslation("ui");
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button compact kind="subtle" icon={<IconLayoutRows aria-hidden />}>
          {t("density.label")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={density} onChange={(chosen) => onDensity(chosen as Density)}>
          {DENSITIES.map((one) => (
            <Menu.RadioItem key={one} value={one} closeMenuOnClick checkIcon={<IconCheck aria-hidden />}>
              {t(`density.${one}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
