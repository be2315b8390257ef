import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { IconSearch } from "../../icons/tabler";
import classes from "./SearchField.module.css";

export type SearchFieldProps = {
  /** "Search orders": its name and its placeholder. */
  label: string;
  value: string;
  /** Called when typing rests for `delay` milliseconds, and at once on Enter and when it is emptied. */
  onChange: (value: string) => void;
  /** Default 200. */
  delay?: number;
};

/** Search as you type: what is typed stays when the value outside arrives late. */
export function SearchField({ label, value, onChange, delay = 200 }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (next: string): void => {
    clearTimeout(timer.current);
    if (next === sent.current) return;
    sent.current = next;
    onChange(next);
  };
  const type = (next: string): void => {
    setText(next);
    clearTimeout(timer.current);
    if (next === "") send(next);
    else timer.current = setTimeout(() => send(next), delay);
  };
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      className={classes.search}
      classNames={{ input: classes.input }}
      leftSection={<IconSearch className={classes.icon} aria-hidden />}
      leftSectionPointerEvents="none"
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && send(text)}
    />
  );
}
