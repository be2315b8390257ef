/** First letters of the first and last word: "Nancy Davolio" → "ND". */
export function initials(name: string): string {
  const words = name.trim().split(/[\s_-]+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => word?.[0] ?? "").join("");
  return letters.toUpperCase() || "?";
}
