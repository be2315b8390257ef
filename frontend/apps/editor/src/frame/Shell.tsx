import { Outlet } from "react-router";
import { CommandProvider } from "./CommandProvider";
import { Help } from "./Help";
import { Palette } from "./Palette";
import classes from "./frame.module.css";
import { useState } from "react";

/** Everything behind the sign-in: palette, help, and the screen itself. */
export function Shell() {
  const [help, setHelp] = useState(false);
  return (
    <CommandProvider
      onHelp={() => {
        setHelp(true);
      }}
    >
      <div className={classes.shell}>
        <Outlet />
      </div>
      <Palette />
      <Help
        opened={help}
        onClose={() => {
          setHelp(false);
        }}
      />
    </CommandProvider>
  );
}
