import { createBrowserRouter, type RouteObject } from "react-router";

const pageRoute = async () => ({ Component: (await import("./PageRoute")).PageRoute });

const routes: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import("./ApplicationsRoute")).ApplicationsRoute }) },
  {
    path: ":application",
    lazy: async () => ({ Component: (await import("./ApplicationRoute")).ApplicationRoute }),
    children: [
      { index: true, lazy: pageRoute },
      { path: ":page", lazy: pageRoute },
    ],
  },
];

/** Every place has an address: the applications, one of them, one of its pages. Each loads its own chunk. */
export const createRoutes = () => createBrowserRouter(routes.map((route): RouteObject => ({ ...route, HydrateFallback: () => null })), { basename: "/app" });
