/** What applications may use. Inside this package nothing imports this file. */
export * from "./theme/TorqueProvider";
export { theme, cssVariablesResolver } from "./theme/theme";
export * from "./i18n/I18nProvider";
export { Toaster } from "./components/Toaster/Toaster";
export { showToast, hideToast } from "./components/Toaster/store";
export type { Toast, ToastInput } from "./components/Toaster/Toaster.types";
