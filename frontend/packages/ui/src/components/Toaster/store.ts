/** The toasts on screen: at most three, kept outside React so that any code can say something. */
import type { Toast, ToastInput } from "./Toaster.types";

const MOST_ON_SCREEN = 3;

let toasts: readonly Toast[] = [];
let counter = 0;
const listeners = new Set<() => void>();

function publish(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}

/** Shows a toast and answers its id. A fourth one pushes the oldest out. */
export function showToast(input: ToastInput): string {
  counter += 1;
  const toast: Toast = { ...input, id: input.id ?? `toast-${counter}` };
  const others = toasts.filter(({ id }) => id !== toast.id);
  const surplus = others.slice(0, Math.max(0, others.length - MOST_ON_SCREEN + 1));
  publish([...others.slice(surplus.length), toast]);
  surplus.forEach(({ onExpire }) => onExpire?.());
  return toast.id;
}

/** Takes a toast away; `expired` tells its owner that its action was not taken. */
export function hideToast(id: string, expired = false): void {
  const gone = toasts.find((toast) => toast.id === id);
  if (!gone) return;
  publish(toasts.filter((toast) => toast.id !== id));
  if (expired) gone.onExpire?.();
}

export const toastStore = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: (): readonly Toast[] => toasts,
};
