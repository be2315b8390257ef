/** The screens of the editor, each a chunk of its own: fetched when it is first opened, or before that in a quiet moment. */
export const screens = {
  models: () => import("./models/ModelsRoute").then((found) => ({ Component: found.ModelsRoute })),
  fromApplication: () => import("./model/FromApplication").then((found) => ({ Component: found.FromApplication })),
  model: () => import("./model/ModelRoute").then((found) => ({ Component: found.ModelRoute })),
  overview: () => import("./overview/OverviewRoute").then((found) => ({ Component: found.OverviewRoute })),
  entities: () => import("./entities/EntitiesRoute").then((found) => ({ Component: found.EntitiesRoute })),
  pages: () => import("./pages/PagesRoute").then((found) => ({ Component: found.PagesRoute })),
  forms: () => import("./pages/FormsRoute").then((found) => ({ Component: found.FormsRoute })),
  translations: () => import("./translations/TranslationsRoute").then((found) => ({ Component: found.TranslationsRoute })),
  data: () => import("./data/DataRoute").then((found) => ({ Component: found.DataRoute })),
  history: () => import("./overview/Revisions").then((found) => ({ Component: found.HistoryRoute })),
  unknown: () => import("./frame/Unknown").then((found) => ({ Component: found.Unknown })),
};

/** Set in the browser's timeline once every screen is there. */
export const SCREENS_MARK = "torque-screens";

/** Fetches every screen, so that going to one needs no server: it may be away, or be a newer one by then. */
export async function fetchScreens(): Promise<void> {
  const fetched = await Promise.allSettled(Object.values(screens).map((screen) => screen()));
  if (fetched.every(({ status }) => status === "fulfilled")) performance.mark(SCREENS_MARK);
}
