// The map: zoom and pan by touch, wheel, buttons and keys; names that do not cover each other at the zoom at hand.
// Without it the map is a picture with links, and its table says the same.
(() => {
  const LARGEST = 60; // times the whole drawing: two poles in one street are apart
  const STEP = 1.6, NUDGE = 0.25; // of a press of a button or a key: how much larger, and how far of what is shown
  const STILL = 8; // pixels that a finger may move and still has only touched
  const EDGE = 0.3; // of what is shown: so near the drawing's edge may come to the middle
  const GAP = 3; // pixels between two names
  const MOVES = [[0, 0], [0, -10], [0, 10], [8, 0], [-8, 0]]; // pixels that a commune's name may stand beside its place
  const aroundPole = (wide) => [[14, 4], [-14 - wide, 4], [-wide / 2, -14], [-wide / 2, 22], [14, -8], [14, 16]];
  const picture = () => document.querySelector("#ban-do .map-picture, #chon-tren-ban-do .map-picture");
  if (!picture()) return;
  const numbers = (text) => text.split(/[\s,]+/).map(Number);
  let home = numbers(picture().getAttribute("viewBox")), view = null, moved = false;
  const parts = (rect) => ({ x: rect[0] + rect[2] / 2, y: rect[1] + rect[3] / 2, unit: 0, rect });

  // --- what is shown: a middle, and how many units of the drawing a pixel is ---
  const box = () => picture().getBoundingClientRect();
  const fitting = (rect) => { const { width, height } = box(); return Math.max(rect[2] / Math.max(width, 1), rect[3] / Math.max(height, 1)); };
  const whole = () => numbers(picture().dataset.whole);
  const most = () => Math.max(fitting(whole()), fitting(home)) * 1.02;
  const least = () => fitting(whole()) / LARGEST;
  const show = (x, y, unit) => {
    const all = whole(), { width, height } = box();
    unit = Math.min(most(), Math.max(least(), unit));
    // a side that is seen whole stays in the middle; of the other, a part of the drawing is always seen
    const within = (at, from, size, seen) => seen >= size ? from + size / 2 : Math.min(from + size - seen * EDGE, Math.max(from + seen * EDGE, at));
    view = { x: within(x, all[0], all[2], width * unit), y: within(y, all[1], all[3], height * unit), unit };
    const svg = picture();
    svg.setAttribute("viewBox", [view.x - width * unit / 2, view.y - height * unit / 2, width * unit, height * unit].map((one) => one.toFixed(3)).join(" "));
    svg.style.setProperty("--u", unit.toFixed(5));
    for (const pattern of document.querySelectorAll("pattern[id^=ke-hinh]")) pattern.setAttribute("patternTransform", `scale(${unit.toFixed(5)})`);
    svg.classList.toggle("zoomed", unit < fitting(home) / 1.1);
    arrange();
  };
  const goHome = () => { const { x, y } = parts(home); show(x, y, fitting(home)); moved = false; };
  const zoom = (times, at) => {
    const { left, top, width, height } = box();
    const dx = at ? (at.x - left - width / 2) * view.unit : 0, dy = at ? (at.y - top - height / 2) * view.unit : 0;
    const unit = Math.min(most(), Math.max(least(), view.unit / times)), kept = unit / view.unit;
    moved = true;
    show(view.x + dx * (1 - kept), view.y + dy * (1 - kept), unit);
  };
  const pan = (dx, dy) => { moved = true; show(view.x + dx * view.unit, view.y + dy * view.unit, view.unit); };

  // --- names: the roomiest place first, own and sought ones before all; each is shown where it covers no other ---
  const sizes = new Map();
  const sizeOf = (label) => {
    const key = label.textContent + label.classList.contains("of-pole");
    if (!sizes.has(key)) {
      const text = label.querySelector("text:last-of-type").getBBox();
      if (!text.width) return null;
      sizes.set(key, { w: text.width / view.unit, h: text.height / view.unit, x: text.x / view.unit, y: text.y / view.unit });
    }
    return sizes.get(key);
  };
  const arrange = () => {
    const svg = picture(), { width, height } = box(), taken = [];
    const clear = (one) => one.x > -GAP && one.x + one.w < width + GAP && taken.every((other) => one.x + one.w + GAP < other.x || other.x + other.w + GAP < one.x || one.y + one.h + GAP < other.y || other.y + other.h + GAP < one.y);
    for (const pole of svg.querySelectorAll(".of-pole")) taken.push({ x: spot(pole).x - 9, y: spot(pole).y - 9, w: 18, h: 18 });
    const buttons = svg.parentElement.querySelector(".map-buttons")?.getBoundingClientRect(), edge = box();
    if (buttons) taken.push({ x: buttons.x - edge.x, y: buttons.y - edge.y, w: buttons.width, h: buttons.height });
    const labels = [...svg.querySelectorAll(".label")];
    const rank = (one) => Number(one.dataset.room) + (document.getElementById(one.dataset.cell)?.classList.contains("sought") ? 1e6 : 0) + (one.classList.contains("of-pole") ? 1e4 : 0);
    labels.sort((one, other) => rank(other) - rank(one));
    const bare = [];
    for (const label of labels) {
      const { x, y } = spot(label), size = sizeOf(label);
      const out = x < 0 || y < 0 || x > width || y > height || !size;
      const moves = size && label.classList.contains("of-pole") ? aroundPole(size.w) : MOVES;
      const found = out ? null : moves.map(([dx, dy]) => ({ dx, dy, x: x + size.x + dx, y: y + size.y + dy, w: size.w, h: size.h })).find(clear);
      label.classList.toggle("named", Boolean(found));
      label.classList.toggle("out", !found);
      if (found) {
        taken.push(found);
        label.setAttribute("transform", `translate(${Number(label.dataset.x) + found.dx * view.unit} ${Number(label.dataset.y) + found.dy * view.unit})`);
      } else if (!out) bare.push([label, x, y]);
    }
    for (const [label, x, y] of bare) { // where no name has room, the number of the row in the table
      const box = { x: x - 8, y: y - 7, w: 16, h: 14 };
      if (!label.querySelector(".cell-number") || !clear(box)) continue;
      taken.push(box);
      label.setAttribute("transform", `translate(${label.dataset.x} ${label.dataset.y})`);
      label.classList.remove("out");
    }
  };
  const spot = (label) => {
    const { width, height } = box();
    return { x: (Number(label.dataset.x) - view.x) / view.unit + width / 2, y: (Number(label.dataset.y) - view.y) / view.unit + height / 2 };
  };
  const redraw = () => {
    if (!picture()) return;
    if (view && moved) show(view.x, view.y, view.unit); else goHome();
  };

  // --- touch, mouse and pen ---
  const held = new Map();
  let start = null, dragged = false;
  const inMap = (e) => e.target.closest?.(".map-picture") === picture() && picture();
  const middle = () => { const all = [...held.values()]; return { x: all.reduce((sum, one) => sum + one.x, 0) / all.length, y: all.reduce((sum, one) => sum + one.y, 0) / all.length }; };
  const spread = () => { const [one, other] = [...held.values()]; return other ? Math.hypot(one.x - other.x, one.y - other.y) : 0; };
  const hold = () => { start = held.size ? { ...middle(), spread: spread(), view: { ...view } } : null; };
  document.addEventListener("pointerdown", (e) => {
    if (!inMap(e) || e.button) return;
    if (!held.size) dragged = false;
    held.set(e.pointerId, { x: e.clientX, y: e.clientY });
    hold();
  });
  document.addEventListener("pointermove", (e) => {
    if (!held.has(e.pointerId)) return;
    held.set(e.pointerId, { x: e.clientX, y: e.clientY });
    const at = middle();
    if (!dragged && held.size < 2 && Math.hypot(at.x - start.x, at.y - start.y) < STILL) return;
    dragged = true;
    const { left, top, width, height } = box(), was = start.view;
    const unit = Math.min(most(), Math.max(least(), held.size > 1 && start.spread ? was.unit * start.spread / spread() : was.unit));
    // what was under the fingers stays under them
    const x = was.x + (start.x - left - width / 2) * was.unit, y = was.y + (start.y - top - height / 2) * was.unit;
    moved = true;
    show(x - (at.x - left - width / 2) * unit, y - (at.y - top - height / 2) * unit, unit);
  });
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, (e) => { if (held.delete(e.pointerId)) hold(); });
  document.addEventListener("dragstart", (e) => { if (inMap(e)) e.preventDefault(); });
  document.addEventListener("click", (e) => {
    if (inMap(e) && dragged) { e.preventDefault(); e.stopPropagation(); dragged = false; return; }
    const button = e.target.closest?.("[data-zoom]");
    if (!button) return;
    if (button.dataset.zoom === "home") goHome(); else zoom(button.dataset.zoom === "in" ? STEP : 1 / STEP);
  }, true);
  document.addEventListener("wheel", (e) => {
    if (!inMap(e) || e.deltaY > 0 && view.unit >= most() / 1.001) return; // all is seen: the page scrolls on
    e.preventDefault();
    zoom(Math.exp(-Math.sign(e.deltaY) * Math.min(Math.abs(e.deltaY), 100) / 250), { x: e.clientX, y: e.clientY });
  }, { passive: false });

  // --- keys ---
  const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (e) => {
    if (!e.target.closest?.(".map-sheet") || e.ctrlKey || e.metaKey || e.altKey) return;
    const { width, height } = box(), way = KEYS[e.key];
    if (way) pan(way[0] * width * NUDGE, way[1] * height * NUDGE);
    else if (e.key === "+" || e.key === "=") zoom(STEP);
    else if (e.key === "-") zoom(1 / STEP);
    else if (e.key === "0") goHome();
    else return;
    e.preventDefault();
  });
  document.addEventListener("focusin", (e) => { // what the keyboard comes to is seen
    const label = e.target.closest?.(".map-picture .cell, .map-picture .speaker");
    if (!label || held.size) return;
    const one = label.getBoundingClientRect(), all = box(), x = one.x + one.width / 2, y = one.y + one.height / 2;
    if (x < all.left || x > all.right || y < all.top || y > all.bottom) pan(x - all.left - all.width / 2, y - all.top - all.height / 2);
  });

  // --- finding by typing: what fits is shown large enough for its name; Enter opens the first ---
  document.addEventListener("input", (e) => {
    if (!e.target.matches?.("[data-leads]")) return;
    const sought = e.target.value.trim() ? [...picture().querySelectorAll(".cell.sought")] : [];
    if (!sought.length) { goHome(); return; }
    const boxes = sought.map((one) => one.getBBox());
    const left = Math.min(...boxes.map((one) => one.x)), top = Math.min(...boxes.map((one) => one.y));
    const wide = Math.max(...boxes.map((one) => one.x + one.width)) - left, tall = Math.max(...boxes.map((one) => one.y + one.height)) - top;
    moved = true;
    show(left + wide / 2, top + tall / 2, Math.max(fitting([left, top, wide, tall]) * 1.6, fitting(whole()) / 4));
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || !e.target.matches?.("[data-leads]")) return;
    e.preventDefault();
    if (e.target.value.trim()) document.querySelector(`#${e.target.dataset.filters} [data-name]:not([hidden]) a`)?.click();
  });

  document.addEventListener("htmx:after:swap", redraw);
  new ResizeObserver(redraw).observe(picture().parentElement);
  document.fonts?.ready.then(() => { sizes.clear(); redraw(); });
  redraw();
})();
