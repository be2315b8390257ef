import { Modal } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverVersion } from "../api/session";
import { Kbd } from "@torque/ui";
import { IconArrowUpRight } from "../icons";
import { useOffered } from "./CommandProvider";
import { PLAYGROUND } from "./usePlayground";
import classes from "./frame.module.css";

/** What the keys do here, the words of the product, and which version answers. */
export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("editor");
  return (
    <Modal opened={opened} onClose={onClose} title={t("help.title")} size="lg" closeButtonProps={{ "aria-label": t("close") }}>
      {opened && <HelpBody />}
    </Modal>
  );
}

const WORDS = ["entity", "record", "page", "form", "application", "revision"] as const;

function HelpBody() {
  const { t } = useTranslation("editor");
  const commands = useOffered();
  const [version, setVersion] = useState<string>();
  useEffect(() => {
    serverVersion().then(setVersion, () => {
      setVersion("");
    });
  }, []);
  const keyed = commands.filter((command) => command.keys);
  return (
    <div className={classes.help}>
      <h3>{t("help.words")}</h3>
      <dl className={classes.words}>
        {WORDS.map((word) => (
          <div key={word}>
            <dt>{t(`help.word.${word}`)}</dt>
            <dd>{t(`help.means.${word}`)}</dd>
          </div>
        ))}
      </dl>
      <h3>{t("help.keys")}</h3>
      <dl className={classes.keys}>
        <div>
          <dt>{t("palette.title")}</dt>
          <dd>
            <Kbd>Ctrl</Kbd> <Kbd>K</Kbd>
          </dd>
        </div>
        <div>
          <dt>{t("help.title")}</dt>
          <dd>
            <Kbd>?</Kbd>
          </dd>
        </div>
        {keyed.map((command) => (
          <div key={command.id}>
            <dt>{command.title}</dt>
            <dd>
              {command.keys?.split(" ").map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {commands.some(({ id }) => id === "playground") && (
        <>
          <h3>{t("help.tools")}</h3>
          <p className={classes.tool}>
            <a href={PLAYGROUND} target="_blank" rel="noopener">
              {t("frame.playground")}
              <IconArrowUpRight size={14} stroke={1.8} aria-hidden="true" />
              <span className="tq-visually-hidden"> {t("frame.newTab")}</span>
            </a>{" "}
            {t("help.playground")}
          </p>
        </>
      )}
      <p className={classes.version}>
        {t("help.version")} <code>{version ?? "…"}</code>
      </p>
    </div>
  );
}
