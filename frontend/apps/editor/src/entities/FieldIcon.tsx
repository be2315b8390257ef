import {
  IconBraces,
  IconBrackets,
  IconCalendar,
  IconCalendarTime,
  IconClock,
  IconDecimal,
  IconFile,
  IconLink,
  IconListDetails,
  IconNumbers,
  IconToggleLeft,
  IconTypography,
} from "../icons";
import type { FieldType, FieldTypeName } from "@torque/model";
import type { ComponentType } from "react";
import classes from "./entities.module.css";

const ICONS: Record<FieldTypeName, ComponentType<{ size?: number; stroke?: number; className?: string }>> = {
  String: IconTypography,
  Integer: IconNumbers,
  Decimal: IconDecimal,
  Float: IconDecimal,
  Boolean: IconToggleLeft,
  DateTime: IconCalendarTime,
  Date: IconCalendar,
  Time: IconClock,
  Json: IconBraces,
  Binary: IconFile,
  Enum: IconListDetails,
  Reference: IconLink,
  Array: IconBrackets,
};

/** The icon of a field's type; references in accent, for they lead elsewhere. */
export function FieldIcon({ type }: { type: FieldType }) {
  const Icon = ICONS[type.type];
  return <Icon size={16} stroke={1.6} className={type.type === "Reference" ? classes.linkIcon : classes.icon} />;
}
