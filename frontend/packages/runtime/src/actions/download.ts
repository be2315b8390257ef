/** A file a workflow answers: saved by the browser, never opened in this page's origin. */
export type FileOutput = { filename: string; content_type: string; content: string };

export function isFile(output: unknown): output is FileOutput {
  if (typeof output !== "object" || output === null) return false;
  const file = output as Partial<FileOutput>;
  return typeof file.filename === "string" && typeof file.content_type === "string" && typeof file.content === "string";
}

/** Has the browser save what is in memory. */
export function saveBlob(filename: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

export const saveFile = ({ filename, content_type: type, content }: FileOutput): void => saveBlob(filename, new Blob([content], { type }));
