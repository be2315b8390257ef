// The service worker of the applications. It keeps hashed files, which never change, and shows a page of its own when
// a page cannot be had. Everything else (pages, data, the live feed) goes to the server as if it were not there.
"use strict";

const SHELL = "torque-shell-1";
const ASSETS = "torque-assets-1";
const OFFLINE = ["/app/offline.html", "/app/offline.css", "/app/icon.svg"];
const MOST_ASSETS = 200;

addEventListener("install", (event) => {
  const fetched = OFFLINE.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(fetched)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const drop = (names) => Promise.all(names.filter((name) => name !== SHELL && name !== ASSETS).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(drop).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match("/app/offline.html")));
  } else if (pathname.startsWith("/app/assets/")) {
    event.respondWith(kept(request));
  } else if (OFFLINE.includes(pathname)) {
    event.respondWith(fetch(request).catch(() => caches.match(pathname)));
  }
});

async function kept(request) {
  const cache = await caches.open(ASSETS);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) {
    await cache.put(request, answer.clone());
    const names = await cache.keys();
    await Promise.all(names.slice(0, Math.max(0, names.length - MOST_ASSETS)).map((old) => cache.delete(old)));
  }
  return answer;
}
