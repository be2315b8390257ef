import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { Broken } from "./frame/Broken";
import { Shell } from "./frame/Shell";
import { LoadingRows } from "./parts/States";
import { screens } from "./screens";
import { SignIn } from "./session/SignIn";

const errorElement = <Broken />;

/** Every address of the editor; a screen that fails leaves the frame around it. */
export const routes: RouteObject[] = [
  { path: "/sign-in", element: <SignIn /> },
  {
    element: <Shell />,
    errorElement,
    hydrateFallbackElement: <LoadingRows />,
    children: [
      { index: true, element: <Navigate to="/models" replace /> },
      { path: "/models", lazy: screens.models, errorElement },
      { path: "/applications/:application", lazy: screens.fromApplication, errorElement },
      {
        path: "/models/:model",
        lazy: screens.model,
        errorElement,
        children: [
          { index: true, lazy: screens.overview, errorElement },
          { path: "entities/:entity?", handle: { crumb: "entities" }, lazy: screens.entities, errorElement },
          { path: "pages/:page?", handle: { crumb: "pages" }, lazy: screens.pages, errorElement },
          { path: "forms/:form?", handle: { crumb: "forms" }, lazy: screens.forms, errorElement },
          { path: "translations", handle: { crumb: "translations" }, lazy: screens.translations, errorElement },
          { path: "data/:application?/:entity?", handle: { crumb: "data" }, lazy: screens.data, errorElement },
          { path: "history", handle: { crumb: "history" }, lazy: screens.history, errorElement },
        ],
      },
      { path: "*", lazy: screens.unknown, errorElement },
    ],
  },
];

export const createRouter = (): ReturnType<typeof createBrowserRouter> => createBrowserRouter(routes, { basename: "/editor" });
