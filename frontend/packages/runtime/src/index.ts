/** Draws applications from JSON. */
export { RuntimeProvider, type RuntimeProviderProps } from "./RuntimeProvider";
export { useRuntime, type Address, type FormPlace } from "./context";
export { PageView, type PageViewProps } from "./page/PageView";
export { GridConditionsContext, type GridConditions } from "./components/DataGrid/conditions";
export { componentTypes, preloadComponents } from "./page/registry";
export { useCounts } from "./data/useCounts";
export { useReferences, type References } from "./data/useReferences";
export { metadataQuery, pageQuery, usePage, shouldRetry } from "./data/queries";
export { keys } from "./data/keys";
export { errorText } from "./data/mutations";
export { clearDrafts } from "./record/drafts";
export { useModelEvents } from "./live/useModelEvents";
export { useConnection, useOfflineSince } from "./live/useConnection";
export { runtimeTexts } from "./i18n/texts";
