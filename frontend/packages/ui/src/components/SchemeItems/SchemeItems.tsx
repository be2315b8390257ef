import { Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from "../../icons/tabler";

const SCHEMES: { scheme: MantineColorScheme; word: string; Icon: typeof IconSun }[] = [
  { scheme: "light", word: "frame.light", Icon: IconSun },
  { scheme: "dark", word: "frame.dark", Icon: IconMoon },
  { scheme: "auto", word: "frame.system", Icon: IconDeviceDesktop },
];

/** Items of a menu that choose the colour scheme; the choice is kept and set before the next first paint. */
export function SchemeItems() {
  const { t } = useTranslation("ui");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <Menu.Label>{t("frame.scheme")}</Menu.Label>
      {SCHEMES.map(({ scheme, word, Icon }) => (
        <Menu.Item
          key={scheme}
          role="menuitemradio"
          aria-checked={scheme === colorScheme}
          leftSection={<Icon aria-hidden />}
          rightSection={scheme === colorScheme ? <IconCheck aria-hidden /> : null}
          onClick={() => setColorScheme(scheme)}
        >
          {t(word)}
        </Menu.Item>
      ))}
    </>
  );
}
