/** Sizes of files as people write them. */

export const UNITS = ["KB", "MB", "GB"] as const;
export type Unit = (typeof UNITS)[number];

export const UNIT_BYTES: Record<Unit, number> = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** The largest unit of which a size is at least one; megabytes when there is none. */
export function unitOf(bytes: number | undefined): Unit {
  if (!bytes) return "MB";
  return [...UNITS].reverse().find((unit) => bytes >= UNIT_BYTES[unit]) ?? "KB";
}

/** A size in one short word: "2 MB". */
export function sizeText(bytes: number): string {
  const unit = unitOf(bytes);
  return `${String(Math.round((bytes / UNIT_BYTES[unit]) * 100) / 100)} ${unit}`;
}
