// The service worker. It keeps public files and the empty form, and nothing else: no page of a person, no answer.
// Before it stand two lines from the station: VERSION, and KEPT, the addresses that it keeps.
const NAME = `loa-${VERSION}`, EMPTY = "/ngoai-tuyen";
self.addEventListener("install", (e) => {
  e.waitUntil(caches.open(NAME).then((kept) => kept.addAll(KEPT.map((one) => new Request(one, { credentials: "omit", cache: "reload" })))).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (e) => {
  e.waitUntil(caches.keys().then((names) => Promise.all(names.filter((one) => one.startsWith("loa-") && one !== NAME).map((one) => caches.delete(one)))).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (e) => {
  const asked = e.request, at = new URL(asked.url);
  if (asked.method !== "GET" || at.origin !== self.location.origin) return;
  if (asked.mode === "navigate") {
    e.respondWith(fetch(asked).catch(() => caches.match(EMPTY).then((kept) => kept ?? Response.error())));
  } else if (at.pathname.startsWith("/tinh/")) {
    e.respondWith(caches.match(asked).then((kept) => kept ?? fetch(asked)));
  }
});
