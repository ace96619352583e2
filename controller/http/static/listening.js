// What of a recording was played: told to the station now and then, and sent along when it is approved.
(() => {
  const EACH = 10000; // ms between two tellings while it plays
  const told = new WeakMap();
  const place = (sound) => /\/tep\/[0-9a-f]{64}(?=\.mp3$)/.exec(sound.src || "")?.[0];
  const spans = (sound) => Array.from({ length: Math.min(sound.played.length, 100) }, (_, i) =>
    `${Math.floor(sound.played.start(i) * 1000)}-${Math.ceil(sound.played.end(i) * 1000)}`).join(",");
  const shown = () => document.getElementById("da-nghe");
  const tell = async (sound) => {
    const at = place(sound), now = spans(sound);
    if (!at || !now || told.get(sound)?.spans === now) return;
    told.set(sound, { spans: now, when: Date.now() });
    try {
      const reply = await fetch(`${at}/da-nghe`, { method: "POST", body: new URLSearchParams({ da_phat: now }), redirect: "error", keepalive: true });
      if (!reply.ok) throw new Error(String(reply.status));
      if (shown() && told.get(sound)?.spans === now) shown().innerHTML = await reply.text();
    } catch { told.delete(sound); } // told again with the next, or with the approval
  };
  const players = () => [...document.querySelectorAll("[data-player] audio")].filter(place);
  for (const name of ["pause", "ended"]) document.addEventListener(name, (e) => { if (e.target.tagName === "AUDIO") tell(e.target); }, true);
  document.addEventListener("timeupdate", (e) => {
    const sound = e.target;
    if (!told.has(sound)) told.set(sound, { spans: "", when: Date.now() });
    if (Date.now() - told.get(sound).when >= EACH) tell(sound);
  }, true);
  document.addEventListener("visibilitychange", () => { if (document.hidden) players().forEach(tell); });
  document.addEventListener("click", (e) => {
    const gap = e.target.closest("[data-gap]"), sound = gap && players()[0];
    if (!sound) return;
    const go = () => { sound.currentTime = Number(gap.dataset.gap) / 1000; sound.play().catch(() => {}); };
    if (sound.readyState) go();
    else { sound.addEventListener("loadedmetadata", go, { once: true }); sound.load(); }
  });
  document.addEventListener("submit", (e) => {
    const field = e.target.querySelector("[name=da_phat]"), sound = field && players()[0];
    if (sound) field.value = spans(sound);
  }, true);
})();
