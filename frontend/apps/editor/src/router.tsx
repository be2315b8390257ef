import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { Broken } from "./frame/Broken";
import { Shell } from "./frame/Shell";
import { LoadingRows } from "./parts/States";
import { SignIn } from "./session/SignIn";

/** Every address of the editor; what is behind a model is fetched when a model is first opened. */
export const routes: RouteObject[] = [
  { path: "/sign-in", element: <SignIn /> },
  {
    element: <Shell />,
    errorElement: <Broken />,
    hydrateFallbackElement: <LoadingRows />,
    children: [
      { index: true, element: <Navigate to="/models" replace /> },
      { path: "/models", lazy: async () => ({ Component: (await import("./models/ModelsRoute")).ModelsRoute }) },
      { path: "/applications/:application", lazy: async () => ({ Component: (await import("./model/FromApplication")).FromApplication }) },
      {
        path: "/models/:model",
        lazy: async () => ({ Component: (await import("./model/ModelRoute")).ModelRoute }),
        children: [
          { index: true, lazy: async () => ({ Component: (await import("./overview/OverviewRoute")).OverviewRoute }) },
          { path: "entities/:entity?", handle: { crumb: "entities" }, lazy: async () => ({ Component: (await import("./entities/EntitiesRoute")).EntitiesRoute }) },
          { path: "pages/:page?", handle: { crumb: "pages" }, lazy: async () => ({ Component: (await import("./pages/PagesRoute")).PagesRoute }) },
          { path: "forms/:form?", handle: { crumb: "forms" }, lazy: async () => ({ Component: (await import("./pages/FormsRoute")).FormsRoute }) },
          { path: "data/:application?/:entity?", handle: { crumb: "data" }, lazy: async () => ({ Component: (await import("./data/DataRoute")).DataRoute }) },
          { path: "history", handle: { crumb: "history" }, lazy: async () => ({ Component: (await import("./overview/Revisions")).HistoryRoute }) },
        ],
      },
      { path: "*", lazy: async () => ({ Component: (await import("./frame/Unknown")).Unknown }) },
    ],
  },
];

export const createRouter = (): ReturnType<typeof createBrowserRouter> => createBrowserRouter(routes, { basename: "/editor" });
