// What of a recording was played: told to the station now and then, and sent along when it is approved.
(() => {
  const EACH = 10000; // ms between two tellings while it plays
  const told = new WeakMap();
  const place = (sound) => /\/tep\/[0-9a-f]{64}(?=\.mp3$)/.exec(sound.src || "")?.[0];
  const spans = (sound) => Array.from({ length: Math.min(sound.played.length, 100) }, (_, i) =>
    `${Math.floor(sound.played.start(i) * 1000)}-${Math.ceil(sound.played.end(i) * 1000)}`).join(",");
  const hearing = () => document.querySelector("[data-hearing]");
  const show = (text) => { // what had the focus has it again: its place in the list stays
    const room = document.getElementById("da-nghe"), held = needs().indexOf(document.activeElement);
    if (!room) return;
    room.innerHTML = text;
    if (held >= 0) needs()[held]?.focus({ preventScroll: true });
    mark();
  };
  const tell = async (sound) => {
    const at = place(sound), now = spans(sound);
    if (!at || !now || told.get(sound)?.spans === now) return;
    told.set(sound, { spans: now, when: Date.now() });
    try {
      const { hearing: to = `${at}/da-nghe`, recording = "" } = hearing()?.dataset ?? {};
      const body = new URLSearchParams({ da_phat: now, tep: recording });
      const reply = await fetch(to, { method: "POST", body, redirect: "error", keepalive: true });
      if (!reply.ok) throw new Error(String(reply.status));
      if (hearing() && told.get(sound)?.spans === now) show(await reply.text());
    } catch { told.delete(sound); } // told again with the next, or with the approval
  };
  const players = () => [...document.querySelectorAll("[data-player] audio")].filter(place);
  for (const name of ["pause", "ended"]) document.addEventListener(name, (e) => { if (e.target.tagName === "AUDIO") tell(e.target); }, true);
  document.addEventListener("timeupdate", (e) => {
    const sound = e.target;
    onward(sound);
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
  // --- only what must be heard: one sentence after the other, each to its end ---
  const LEAD = 0.15, TAIL = 0.2; // s before and after a sentence: no sound of it is cut off
  let run = null, last = -1; // the sentence that sounds, by its number, and where it ends; the last that sounded
  const needs = () => [...document.querySelectorAll("[data-need]")];
  const button = () => document.querySelector("[data-hear-needs]");
  const mark = () => {
    const sound = players()[0], on = Boolean(run && sound && !sound.paused);
    needs().forEach((one, i) => one.toggleAttribute("aria-current", on && i === run.at));
    button()?.setAttribute("aria-pressed", String(on));
  };
  const seek = (sound) => { run.sought = true; sound.currentTime = run.from; sound.play().catch(() => {}); mark(); };
  document.addEventListener("seeked", (e) => { if (run && !run.sought) seek(e.target); }, true);
  const hear = (at) => {
    const sound = players()[0], one = needs()[at];
    if (!sound || !one) return;
    last = at;
    run = { at, from: Math.max(Number(one.dataset.need) / 1000 - LEAD, 0), to: Number(one.dataset.needTo) / 1000 + TAIL };
    if (!sound.readyState) { sound.addEventListener("loadedmetadata", () => run && seek(sound), { once: true }); sound.load(); }
    else if (!sound.seeking) seek(sound); // a jump during a jump leaves Chromium waiting for ever; "seeked" goes on
    one.scrollIntoView({ block: "nearest" });
  };
  const onward = (sound) => {
    if (!run || sound.paused || sound.seeking || (sound.currentTime < run.to && !sound.ended)) return;
    const next = needs().findIndex((one, i) => i > run.at && !one.hasAttribute("data-heard"));
    if (next < 0) { run = null; sound.pause(); mark(); return; }
    tell(sound);
    hear(next);
  };
  const toggle = () => {
    const sound = players()[0];
    if (!sound) return;
    if (run && !sound.paused) { sound.pause(); return; }
    if (run && !sound.ended && sound.currentTime < run.to) { sound.play().catch(() => {}); return; }
    hear(Math.max(needs().findIndex((one) => !one.hasAttribute("data-heard")), 0));
  };
  for (const name of ["play", "pause"]) document.addEventListener(name, mark, true);
  document.addEventListener("click", (e) => {
    const one = e.target.closest("[data-need]");
    if (e.target.closest("[data-hear-needs]")) toggle();
    else if (one) hear(needs().indexOf(one));
    else if (e.target.closest("[data-at], .wave, [data-gap]")) run = null; // led by hand from now on
  });
  document.addEventListener("keydown", (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step || !e.target.closest("[data-hearing]") || !needs().length) return;
    e.preventDefault();
    hear(Math.min(Math.max(last + step, 0), needs().length - 1));
  });
  document.addEventListener("submit", (e) => {
    const field = e.target.querySelector("[name=da_phat]"), sound = field && players()[0];
    if (sound) field.value = spans(sound);
  }, true);
})();
