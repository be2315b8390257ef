import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { TorqueProvider } from "../../theme/TorqueProvider";
import { sizeText } from "../../format/size";
import { isFileValue, type FileAccess } from "./files";
import { Form } from "./Form";
import type { FormProps } from "./Form.types";

const definition: FormProps["definition"] = {
  id: "paper_form",
  name: "Paper",
  entity_type: "paper",
  fields: [{ name: "photo", field_type: "FileInput", label: "Photo", validation: { maxSize: 10, accept: ["image/*"] } }],
};
const value = { id: "f1", name: "a.png", type: "image/png", size: 3 };
const chosen = (size: number) => new File(["x".repeat(size)], "a.png", { type: "image/png" });

function show(props: Partial<FormProps>) {
  const view = render(
    <TorqueProvider locale="en-GB">
      <Form definition={definition} onSubmit={() => Promise.resolve({ ok: true })} {...props} />
    </TorqueProvider>,
  );
  const input = view.container.querySelector<HTMLInputElement>("input[type=file]");
  if (!input) throw new Error("there is no file input");
  return input;
}

const access = (upload: FileAccess["upload"]): FileAccess => ({ upload, urlOf: (field, { id }, width) => `/${field}/${id}?${width ?? ""}` });

describe("a file of another kind", () => {
  const takes = (accept: string[]): FormProps["definition"] => ({ ...definition, fields: [{ name: "photo", field_type: "FileInput", label: "Photo", validation: { accept } }] });
  const drop = (input: HTMLInputElement, file: File) => userEvent.setup({ applyAccept: false }).upload(input, file);

  it("is not sent, and the field says which kinds it takes", async () => {
    const upload = vi.fn<FileAccess["upload"]>(() => Promise.resolve(value));
    const input = show({ definition: takes(["image/png", "image/svg+xml", "video/*"]), files: access(upload) });
    await drop(input, new File(["x"], "a.txt", { type: "text/plain" }));
    expect(await screen.findByText("Choose a file of this kind: PNG, SVG, video.")).toBeTruthy();
    expect(upload).not.toHaveBeenCalled();
    await drop(input, new File(["x"], "a.mp4", { type: "video/mp4" }));
    expect(upload).toHaveBeenCalledTimes(1);
  });

  it("that the browser cannot name is left to the server", async () => {
    const upload = vi.fn<FileAccess["upload"]>(() => Promise.resolve(value));
    await drop(show({ definition: takes(["image/*"]), files: access(upload) }), new File(["x"], "scan"));
    expect(upload).toHaveBeenCalledTimes(1);
  });
});

describe("a field of several files", () => {
  const several: FormProps["definition"] = { ...definition, fields: [{ name: "photos", field_type: "FileInput", label: "Photos", multiple: true, validation: { maxSize: 10 } }] };
  const second = { ...value, id: "f2", name: "b.png" };

  it("adds each file that is chosen to those the record holds, and takes one away by itself", async () => {
    const upload = vi.fn<FileAccess["upload"]>((_field, { name }) => Promise.resolve({ ...second, id: name, name }));
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    const input = show({ definition: several, record: { id: "r1", photos: [value, second] }, onSubmit, files: access(upload) });
    await userEvent.upload(input, [new File(["x"], "c.png"), new File(["y"], "d.png")]);
    expect(await screen.findByRole("link", { name: "d.png" })).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Remove b.png" }));
    await userEvent.click(screen.getByRole("button", { name: /Save/ }));
    expect(onSubmit.mock.calls[0]?.[0]).toMatchObject({ photos: [{ name: "a.png" }, { name: "c.png" }, { name: "d.png" }] });
  });

  it("keeps the others when one is refused", async () => {
    const upload = vi.fn<FileAccess["upload"]>(() => Promise.resolve(second));
    const input = show({ definition: several, files: access(upload) });
    await userEvent.upload(input, [chosen(11), chosen(3)]);
    expect(screen.getByText(/at most 10/)).toBeTruthy();
    expect(await screen.findByRole("link", { name: "b.png" })).toBeTruthy();
    expect(upload).toHaveBeenCalledTimes(1);
  });
});

describe("a file field", () => {
  it("sends the file when it is chosen and the value when the form is saved", async () => {
    const upload = vi.fn<FileAccess["upload"]>(() => Promise.resolve(value));
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    const input = show({ onSubmit, files: access(upload) });
    await userEvent.upload(input, chosen(3));
    expect(upload).toHaveBeenCalledExactlyOnceWith("photo", expect.any(File));
    expect((await screen.findByRole("link", { name: "a.png" })).getAttribute("href")).toBe("/photo/f1?");
    await userEvent.click(screen.getByRole("button", { name: /Save/ }));
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ photo: value });
  });

  it("refuses a file that is too large without sending it", async () => {
    const upload = vi.fn<FileAccess["upload"]>(() => Promise.resolve(value));
    await userEvent.upload(show({ files: access(upload) }), chosen(11));
    expect(upload).not.toHaveBeenCalled();
    expect(screen.getByText(/at most 10/)).toBeTruthy();
  });

  it("says what the server said when it refuses", async () => {
    await userEvent.upload(show({ files: access(() => Promise.reject(new Error("This is no image."))) }), chosen(1));
    expect(await screen.findByText("This is no image.")).toBeTruthy();
  });

  it("shows the file a record holds, and an image of it", () => {
    show({ record: { id: "r1", photo: value }, files: access(() => Promise.resolve(value)) });
    expect(screen.getByRole("link", { name: "a.png" })).toBeTruthy();
    expect(document.querySelector("img")?.getAttribute("src")).toBe("/photo/f1?128");
  });

  it("takes the file a record holds away", async () => {
    const onSubmit = vi.fn<FormProps["onSubmit"]>(() => Promise.resolve({ ok: true }));
    show({ record: { id: "r1", photo: value }, files: access(() => Promise.resolve(value)), onSubmit });
    await userEvent.click(screen.getByRole("button", { name: "Remove a.png" }));
    expect(screen.queryByRole("link", { name: "a.png" })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: /Photo/ }));
    await userEvent.click(screen.getByRole("button", { name: /Save/ }));
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({ photo: null });
  });

  it("says sizes in the largest unit that leaves a whole part, and tells files from other values", () => {
    expect([sizeText(0, "en"), sizeText(1536, "en"), sizeText(5 * 1024 * 1024, "en")]).toEqual(["0 byte", "1.5 kB", "5 MB"]);
    expect([isFileValue(value), isFileValue("a"), isFileValue(null), isFileValue(["a"])]).toEqual([true, false, false, false]);
  });
});
