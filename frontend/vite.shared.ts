/** What both applications build with: React, workspace sources, and the scheme script that must run before first paint. */
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin, UserConfig } from "vite";

const SCHEME_SOURCE = fileURLToPath(new URL("./packages/ui/src/theme/scheme-before-paint.js", import.meta.url));

/** Emits the colour scheme script as a hashed classic script at the top of the head: a module would run after paint. */
function schemeBeforePaint(base: string): Plugin {
  const code = readFileSync(SCHEME_SOURCE, "utf8");
  const name = `assets/scheme-${createHash("sha256").update(code).digest("hex").slice(0, 8)}.js`;
  let serving = false;
  return {
    name: "torque-scheme-before-paint",
    configResolved: (config) => {
      serving = config.command === "serve";
    },
    configureServer: (server) => {
      server.middlewares.use(`${base}${name}`, (_request, response) => {
        response.setHeader("content-type", "text/javascript");
        response.end(code);
      });
    },
    generateBundle() {
      if (!serving) this.emitFile({ type: "asset", fileName: name, source: code });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: `${base}${name}` }, injectTo: "head-prepend" }],
  };
}

/** The Vite configuration of one application served under `base` ("/app/" or "/editor/"). */
export function applicationConfig(base: string, server = process.env.TORQUE_URL ?? "http://127.0.0.1:8080"): UserConfig {
  const served = ["/jsonrpc", "/ws", "/events", "/graphql", "/api", "/schemas", "/app", "/editor"];
  const proxied = served.filter((path) => !base.startsWith(path));
  return {
    base,
    plugins: [react(), schemeBeforePaint(base)],
    build: {
      target: "es2022",
      assetsDir: "assets",
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4000,
      reportCompressedSize: false,
    },
    worker: { format: "es" },
    server: {
      // The name that the server prints: a session begun there counts here, for cookies know no ports.
      host: "127.0.0.1",
      // The server takes pages of its own origin only, and these stand for it.
      proxy: Object.fromEntries(
        proxied.map((path) => [path, { target: server, ws: path === "/ws", changeOrigin: true, headers: { origin: server } }]),
      ),
    },
  };
}
