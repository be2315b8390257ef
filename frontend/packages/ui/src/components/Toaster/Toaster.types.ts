export type Toast = {
  id: string;
  /** What happened, in one sentence. */
  message: string;
  /** An error stays until it is closed; the others go after six seconds. Default "info". */
  kind?: "info" | "error";
  /** What the button says and does; the toast closes after it. */
  action?: { label: string; run: () => void };
  /** Called when the toast goes without its action having been taken. */
  onExpire?: () => void;
  /** Milliseconds until it goes. Default 6000; errors stay. */
  duration?: number;
};

export type ToastInput = Omit<Toast, "id"> & { id?: string };
