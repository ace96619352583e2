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
// A notice from the station. It leads to a page of this site and does nothing else: what is asked there needs a person.
const shown = async (told) => {
  const options = { body: told.body || "", lang: "vi", data: { id: told.id, path: told.path } };
  if (told.tag) {
    const before = await self.registration.getNotifications({ tag: told.tag });
    options.tag = told.tag;
    options.renotify = !before.some((one) => one.data?.id === told.id); // the same message twice rings once
  }
  if (told.urgent) Object.assign(options, { requireInteraction: true, vibrate: [400, 200, 400, 200, 400], actions: [{ action: "open", title: told.public ? "Đọc và nghe" : "Xem và xác nhận" }] });
  await self.registration.showNotification(told.title || "Loa", options);
};
const opened = async (path) => {
  const at = new URL(path || "/thong-bao", self.location.origin);
  const place = at.origin === self.location.origin ? at.href : new URL("/thong-bao", self.location.origin).href;
  const [page] = await self.clients.matchAll({ type: "window" });
  if (page) await page.focus().then((front) => front.navigate(place)).catch(() => self.clients.openWindow(place));
  else await self.clients.openWindow(place);
};
self.addEventListener("push", (e) => {
  let told = {};
  try { told = e.data.json(); } catch { /* a push service that sends nothing: the page says what there is */ }
  e.waitUntil(shown(told));
});
self.addEventListener("notificationclick", (e) => {
  e.notification.close();
  e.waitUntil(opened(e.notification.data?.path));
});
