// The day as a line: an airing is dragged along it, or moved by keys. Where it would go and what it would meet there is
// said while it is still held; then the same form is sent that a person fills in. Without this, the line is only read.
(() => {
  const panel = document.getElementById("doi-tren-duong");
  if (!panel) return;
  const said = panel.querySelector("[data-said]"), meets = panel.querySelector("[data-meets]");
  const form = panel.querySelector("form"), sends = panel.querySelector("[type=submit]");
  const STEP = 5, FINGER = 24, LAST = 1439, QUIET = 150; // minutes, pixels, minutes, ms
  const two = (n) => String(n).padStart(2, "0");
  const wall = (at) => `${two(Math.floor(at / 60))}:${two(at % 60)}`;
  const svgOf = (day) => document.querySelector(`.day-line[data-day="${day}"] svg`);
  const handleOf = (id) => document.querySelector(`[data-moves="${CSS.escape(id)}"]`);
  let held = null, timer = 0;

  const take = (air) => {
    if (held?.id === air.id) return;
    letGo();
    const day = air.closest(".day-line").dataset.day, at = Number(air.dataset.at);
    held = { id: air.id, at, day, from: at, fromDay: day, data: { ...air.dataset } };
  };
  const isMoved = () => held && (held.at !== held.from || held.day !== held.fromDay);

  // draws the held airing at its new place; what the station draws anew is put there again
  const draw = () => {
    for (const other of document.querySelectorAll(".air.held, .air.struck")) other.classList.remove("held", "struck");
    const air = held && document.getElementById(held.id);
    if (!air) return;
    const svg = svgOf(held.day);
    if (svg && air.ownerSVGElement !== svg) svg.append(air);
    air.setAttribute("transform", `translate(${held.at - held.from} 0)`);
    air.classList.add("held");
    const ends = held.at + Number(held.data.long);
    for (const other of svg?.querySelectorAll(".air") ?? []) {
      const at = Number(other.dataset.at);
      if (other !== air && at < ends && held.at < at + Number(other.dataset.long)) other.classList.add("struck");
    }
  };
  const show = () => {
    panel.hidden = !isMoved();
    draw();
    if (!isMoved()) return;
    const day = held.day === held.fromDay ? "" : `, ngày ${held.day.split("-").reverse().join("/")}`;
    said.textContent = `«${held.data.title}»: ${wall(held.from)} → ${wall(held.at)}${day}`;
    form.action = held.data.move;
    for (const [name, value] of [["ngay", held.day], ["gio", wall(held.at)], ["luc", held.data.luc || ""]]) form.elements[name].value = value;
    clearTimeout(timer);
    timer = setTimeout(look, QUIET);
  };
  const look = async () => {
    const asked = new URLSearchParams({ ngay: held.day, gio: wall(held.at), luc: held.data.luc || "" }).toString();
    const reply = await fetch(`${held.data.move}/thu?${asked}`, { redirect: "error" }).catch(() => null);
    if (!held || asked !== new URLSearchParams({ ngay: held.day, gio: wall(held.at), luc: held.data.luc || "" }).toString()) return;
    if (reply?.ok) meets.innerHTML = await reply.text();
    else meets.textContent = "Chưa xét được trùng giờ. Bấm Dời giờ thì trang vẫn xét lại trước khi dời.";
  };
  const letGo = () => {
    clearTimeout(timer);
    const air = held && document.getElementById(held.id);
    if (air) {
      svgOf(held.fromDay)?.append(air);
      air.removeAttribute("transform");
    }
    held = null;
    meets.textContent = "";
    panel.hidden = true;
    draw();
  };
  const shift = (minutes, days = 0) => {
    const lines = [...document.querySelectorAll(".day-line")].map((line) => line.dataset.day);
    held.at = Math.min(LAST, Math.max(0, held.at + minutes));
    held.day = lines[lines.indexOf(held.day) + days] ?? held.day;
    show();
  };
  const ask = () => { if (isMoved()) sends.focus(); };

  // --- keys, at the button of a row ---
  const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], PageDown: [15, 0], PageUp: [-15, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (e) => {
    const handle = e.target.closest?.("[data-moves]"), step = KEYS[e.key];
    const air = handle && document.getElementById(handle.dataset.moves);
    if (e.key === "Escape" && held) {
      const back = handleOf(held.id);
      letGo();
      back?.focus();
    } else if (air && step && (step[0] || document.querySelectorAll(".day-line").length > 1)) {
      e.preventDefault();
      take(air);
      shift(...step);
    } else if (air && e.key === "Enter" && isMoved() && held.id === air.id) {
      e.preventDefault();
      ask();
    }
  });
  panel.addEventListener("click", (e) => {
    const nudge = e.target.closest("[data-nudge]");
    if (nudge && held) shift(Number(nudge.dataset.nudge));
    if (e.target.closest("[data-let-go]") && held) {
      const back = handleOf(held.id);
      letGo();
      back?.focus();
    }
  });

  // --- a finger or a mouse, on the line itself: the nearest airing that may be moved is taken ---
  const minuteAt = (svg, x) => { const box = svg.getBoundingClientRect(); return (x - box.left) / box.width * 1440; };
  const nearest = (svg, x) => {
    const reach = FINGER / svg.getBoundingClientRect().width * 1440, at = minuteAt(svg, x);
    const away = (air) => Math.max(Number(air.dataset.at) - at, at - Number(air.dataset.at) - Number(air.dataset.long), 0);
    return [...svg.querySelectorAll(".air[data-move]")].filter((air) => away(air) <= reach).sort((a, b) => away(a) - away(b))[0];
  };
  let drag = null;
  document.addEventListener("pointerdown", (e) => {
    const svg = e.target.closest?.(".day-line svg");
    const own = held && svg && document.getElementById(held.id)?.ownerSVGElement === svg && Math.abs(held.at - minuteAt(svg, e.clientX)) * svg.getBoundingClientRect().width / 1440 <= FINGER + Number(held.data.long);
    const air = svg && !panel.contains(e.target) && (own ? document.getElementById(held.id) : nearest(svg, e.clientX));
    if (!air || e.button) return;
    take(air);
    drag = { pointer: e.pointerId, svg, grip: minuteAt(svg, e.clientX) - held.at, x: e.clientX, y: e.clientY, far: false };
  });
  document.addEventListener("pointermove", (e) => {
    if (!drag || e.pointerId !== drag.pointer) return;
    drag.far ||= Math.hypot(e.clientX - drag.x, e.clientY - drag.y) > 4;
    if (!drag.far) return;
    const under = document.elementFromPoint(e.clientX, e.clientY)?.closest(".day-line");
    if (under) held.day = under.dataset.day;
    held.at = Math.min(LAST, Math.max(0, Math.round((minuteAt(drag.svg, e.clientX) - drag.grip) / STEP) * STEP));
    show();
  });
  const drop = (e) => {
    if (!drag || e.pointerId !== drag.pointer) return;
    const far = drag.far;
    drag = null;
    if (far && e.type === "pointerup") { ask(); return; }
    const id = held?.id;
    if (!isMoved()) letGo();
    if (!far && id) handleOf(id)?.focus();
  };
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, drop);
  document.addEventListener("htmx:after:swap", () => { if (held) draw(); });
})();
