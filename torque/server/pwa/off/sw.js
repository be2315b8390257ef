// Takes the place of a service worker that was installed while the applications could be installed, and goes.
"use strict";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  const drop = caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))));
  event.waitUntil(drop.then(() => registration.unregister()));
});
