import { Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconCheck } from "../../icons/tabler";

const SCHEMES: { scheme: MantineColorScheme; word: string }[] = [
  { scheme: "light", word: "frame.light" },
  { scheme: "dark", word: "frame.dark" },
  { scheme: "auto", word: "frame.system" },
];

/** Items of a menu that choose the colour scheme; the choice is kept and set before the next first paint. */
export function SchemeItems() {
  const { t } = useTranslation("ui");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}>
      <Menu.Label>{t("frame.scheme")}</Menu.Label>
      {SCHEMES.map(({ scheme, word }) => (
        <Menu.RadioItem key={scheme} value={scheme} checkIcon={<IconCheck aria-hidden />}>
          {t(word)}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}
