import { useLocalStorage } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { usePhone, useRail } from "../../hooks/useNarrow";
import classes from "./AppFrame.module.css";
import type { AppFrameProps } from "./AppFrame.types";
import { PhoneBar } from "./PhoneBar";
import { SideNavigation } from "./SideNavigation";

/** The frame of an application: navigation 216 wide, a rail of 56, or a bar at the bottom of a phone. */
export function AppFrame(props: AppFrameProps) {
  const { t } = useTranslation("ui");
  const phone = usePhone();
  const narrow = useRail();
  const [collapsed, setCollapsed] = useLocalStorage({ key: "torque-navigation-collapsed", defaultValue: false, getInitialValueInEffect: false });
  const rail = narrow || collapsed;
  return (
    <div className={classes.frame} data-phone={phone || undefined}>
      <a className={classes.skip} href="#content">
        {t("frame.skip")}
      </a>
      {!phone && <SideNavigation {...props} rail={rail} onToggle={narrow ? undefined : () => setCollapsed(!collapsed)} />}
      <main id="content" className={classes.content} tabIndex={-1}>
        {props.children}
      </main>
      {phone && <PhoneBar {...props} />}
    </div>
  );
}
