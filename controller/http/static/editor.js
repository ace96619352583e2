// The editor: what is typed as the loudspeaker will say it, heard at once, and one spot read otherwise. Without it the form is whole.
(() => {
  const ear = document.querySelector("[data-ear]"), form = ear?.closest("form");
  if (!form) return;
  const find = (query, within = ear) => within.querySelector(query);
  const room = find("[data-ear-room]"), status = find("[data-ear-status]"), stop = find("[data-ear-stop]");
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };
  const FIELDS = ["tieu_de", "noi_dung", "ben_bao", "so_lan", "toc_do", "giong", "loi_doc", "doc_rieng"];
  const WHERE = ["noi", "dia_ban", "nhom"]; // whose words and voice it is read with
  const QUIET = 400, PATIENCE = 10000, LONGER = 40000; // ms without a key before the station is asked; ms that it may take, and that speech may
  const ENDED = "Phiên đăng nhập đã hết, nên chưa nghe được. Chữ đã gõ vẫn còn; đăng nhập ở trang khác rồi gõ tiếp ở đây.";
  const typed = () => {
    const all = new FormData(form), fields = new URLSearchParams();
    for (const name of [...FIELDS, ...WHERE]) for (const value of all.getAll(name)) fields.append(name, value);
    return fields;
  };
  const post = async (place, body, patience = PATIENCE, end = new AbortController()) => {
    const timer = setTimeout(() => end.abort(), patience);
    try {
      return await fetch(place, { method: "POST", body, redirect: "manual", signal: end.signal });
    } catch { return null; } finally { clearTimeout(timer); }
  };
  const whyNot = (reply) => !reply ? "Chưa nối được với máy chủ. Chữ đã gõ vẫn còn; có mạng lại thì lời đọc hiện tiếp."
    : reply.type === "opaqueredirect" || reply.status === 401 ? ENDED
    : reply.status === 429 ? "Hỏi nhiều quá trong một phút. Đợi một chút rồi thử lại."
    : reply.status === 503 ? "Máy đang đọc cho người khác. Vài giây nữa bấm lại." : "Chưa nghe được. Hãy thử lại.";
  const own = ear.dataset.ear ? `ban=${encodeURIComponent(ear.dataset.ear)}` : "";
  const voices = document.getElementById("mo-giong");
  const both = () => voices?.open ? "&ca_hai_loi=1" : ""; // how long it would be in the other register costs one more reading

  // --- the preview: one question at a time; an answer to older words is dropped ---
  let shown = null, asking = false, timer = 0, mending = false;
  const ask = async () => {
    const words = typed(), more = both(), now = words + more;
    if (asking || mending || now === shown) return;
    asking = true;
    const reply = await post(`/soan/loi-nghe?${own}${more}`, words);
    const html = reply?.ok ? await reply.text() : null;
    asking = false;
    if (html === null) {
      ear.classList.add("stale");
      say(whyNot(reply));
      if (reply?.status === 429) later(5000);
      return;
    }
    if (typed() + both() !== now) { later(0); return; }
    shown = now;
    ear.classList.remove("stale");
    say("");
    room.innerHTML = html;
    ear.dispatchEvent(new CustomEvent("loa:shown"));
  };
  const later = (wait = QUIET) => { clearTimeout(timer); timer = setTimeout(ask, wait); };
  form.addEventListener("input", (e) => { if (FIELDS.includes(e.target.name)) later(e.inputType === "insertFromPaste" ? 0 : QUIET); });
  form.addEventListener("loa:pasting", () => { mending = true; }); // app.js has pasted words put right first: those are asked for, once and at once
  form.addEventListener("loa:pasted", () => { mending = false; later(0); });
  form.addEventListener("change", (e) => { if (FIELDS.includes(e.target.name) || WHERE.includes(e.target.name)) later(); });
  voices?.addEventListener("toggle", () => { if (voices.open) later(0); });
  window.addEventListener("online", () => later(0));
  window.addEventListener("pageshow", () => later(0));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) later(0); });
  later(0);

  // --- sounds: phrase by phrase, the next one fetched while one sounds; kept in this page alone, a few of them ---
  const MOST = 24, sounds = new Map(), player = new Audio();
  const keyOf = (item) => {
    const area = find("[data-ear-sum]")?.dataset.area ?? "", pace = form.elements.toc_do?.value ?? "usual";
    return JSON.stringify([area, { cau: item.say, doan: item.place, toc_do: pace, giong: form.elements.giong?.value ?? "" }]);
  };
  const fetched = (item) => {
    const key = keyOf(item), [area, asked] = JSON.parse(key);
    if (sounds.has(key)) return sounds.get(key).coming;
    const one = { over: new AbortController(), here: false };
    const ask = () => one.over.signal.aborted ? null : post(`/soan/doan.mp3?xa=${encodeURIComponent(area)}`, new URLSearchParams(asked), LONGER, one.over);
    one.coming = chain.then(async () => {
      let reply = await ask();
      if (reply?.status === 503) { await new Promise((done) => setTimeout(done, 1000)); reply = await ask(); }
      if (!reply?.ok) throw new Error(whyNot(reply));
      const sound = await reply.blob();
      one.here = true;
      return URL.createObjectURL(sound);
    });
    chain = one.coming.catch(() => { if (sounds.get(key) === one) sounds.delete(key); }); // one at a time, as the station wants it
    sounds.set(key, one);
    if (sounds.size > MOST) {
      const [oldest, gone] = sounds.entries().next().value;
      sounds.delete(oldest);
      gone.coming.then((place) => { if (place !== player.src) URL.revokeObjectURL(place); }).catch(() => {});
    }
    return one.coming;
  };
  const clearWayFor = (item) => { // what is still being fetched gives way to what was pressed; the station ends the older question of a person
    const key = item && keyOf(item);
    for (const [other, one] of sounds) if (other !== key && !one.here) { sounds.delete(other); one.over.abort(); }
  };
  let chain = Promise.resolve(), queue = [], at = 0, turn = 0;
  const mark = (on) => { for (const one of ear.querySelectorAll("[data-line]")) one.toggleAttribute("aria-current", one === on); };
  const end = (text = "") => {
    turn += 1;
    queue = [];
    player.pause();
    mark(null);
    stop.hidden = true;
    say(text);
  };
  const next = async () => {
    const item = queue[at], mine = turn;
    if (!item) { end(); return; }
    mark(item.of);
    stop.hidden = false;
    say(item.of ? "Đang đọc…" : "");
    try {
      const place = await fetched(item);
      if (mine !== turn) return;
      player.src = place;
      await player.play();
      ear.dispatchEvent(new CustomEvent("loa:sounds"));
      if (queue[at + 1]) fetched(queue[at + 1]).catch(() => {});
    } catch (fault) {
      if (mine === turn) end(fault.name === "NotAllowedError" ? "Trình duyệt chưa cho phát tiếng. Hãy bấm lại." : fault.message);
    }
  };
  const play = (items) => { end(); clearWayFor(items[0]); queue = items; at = 0; next(); };
  player.addEventListener("ended", () => { at += 1; next(); });
  const phrasesOf = (line) => Array.from({ length: Number(line.dataset.phrases) }, (_, place) => ({ say: line.dataset.say, place, of: line }));

  // --- one spot read otherwise: the choices stand below its sentence ---
  let spot = null;
  const panel = () => find(".ear-panel");
  const close = (focus = true) => {
    const back = spot?.from;
    panel()?.remove();
    for (const one of ear.querySelectorAll("[aria-expanded=true]")) one.setAttribute("aria-expanded", "false");
    spot = null;
    if (focus && back?.isConnected) back.focus();
  };
  const open = async (from, start, end, word = "") => {
    close(false);
    const line = from.closest("[data-line]"), box = document.createElement("div");
    box.className = "ear-panel";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Đổi cách đọc");
    line.append(box);
    if (from.hasAttribute("aria-expanded")) from.setAttribute("aria-expanded", "true");
    const mine = spot = { from, line, start, end };
    const where = new URLSearchParams({ o: line.dataset.field, tu: start, den: end, chu: word });
    const reply = await post(`/soan/cach-doc?${where}&${own}`, typed());
    if (spot !== mine) return;
    const answered = reply && [200, 422].includes(reply.status);
    if (answered) box.innerHTML = await reply.text(); else box.textContent = whyNot(reply);
    if (!answered || reply.status !== 200) box.append(closer());
    box.tabIndex = -1;
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
    const began = turn;
    for (const one of box.querySelectorAll("[data-hear]")) { // fetched ahead, until something else is to be heard
      if (turn !== began || spot !== mine) break;
      await fetched({ say: one.dataset.hear, place: 0 }).catch(() => {});
    }
  };
  const closer = () => Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: "Đóng", onclick: () => close() });
  const askWord = (from, line) => { // for whoever has no finger on the word: which one of the sentence
    close(false);
    const box = document.createElement("div"), field = document.createElement("input"), go = document.createElement("button");
    box.className = "ear-panel";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Sửa cách đọc một chữ");
    box.innerHTML = '<label class="form-label" for="chu-nao">Chữ nào trong câu này?</label><div class="ear-type"></div>';
    Object.assign(field, { id: "chu-nao", className: "form-control", autocomplete: "off", maxLength: 80 });
    field.setAttribute("form", "ngoai-mau");
    Object.assign(go, { type: "button", className: "btn btn-primary", textContent: "Xem cách đọc" });
    go.addEventListener("click", () => open(from, line.dataset.start, line.dataset.end, field.value));
    field.addEventListener("keydown", (e) => { if (e.key === "Enter") { e.preventDefault(); e.stopPropagation(); go.click(); } });
    find(".ear-type", box).append(field, go);
    box.append(closer());
    line.append(box);
    from.setAttribute("aria-expanded", "true");
    spot = { from, line };
    field.focus();
  };
  const lines = () => form.elements.doc_rieng.value.split("\n").filter((one) => one.trim());
  const formOf = (one) => one.split("=")[0].trim();
  const keep = (written, spoken) => {
    const rest = lines().filter((one) => formOf(one).toLowerCase() !== written.toLowerCase());
    form.elements.doc_rieng.value = [...rest, ...(spoken ? [`${written} = ${spoken}`] : [])].join("\n");
    form.elements.doc_rieng.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const use = async (spoken) => {
    const box = panel(), written = find("[data-form]", box).dataset.form, answer = find("[data-ear-answer]", box);
    const reply = await post("/soan/cach-doc/dung", new URLSearchParams({ chu: written, doc_la: spoken, pham_vi: find("[name=pham_vi]:checked", box)?.value ?? "ban-tin" }));
    if (!box.isConnected) return;
    if (!reply || ![200, 403, 409, 422].includes(reply.status)) { answer.textContent = whyNot(reply); return; }
    answer.innerHTML = await reply.text();
    const used = find("[data-used]", answer);
    if (!used) return;
    const said = used.textContent, { start, field } = { start: spot.start, field: spot.line.dataset.field };
    keep(used.dataset.written, used.dataset.spoken);
    close(false);
    clearTimeout(timer);
    await ask();
    say(said);
    const same = [...ear.querySelectorAll(`[data-field="${field}"] [data-spot]`)].find((one) => one.dataset.start === String(start));
    (same ?? find("[data-ear-all]")).focus({ preventScroll: true });
  };
  const wordAt = (x, y) => {
    const found = document.caretPositionFromPoint?.(x, y), range = found ? null : document.caretRangeFromPoint?.(x, y);
    const node = found?.offsetNode ?? range?.startContainer, offset = found?.offset ?? range?.startOffset;
    const plain = node?.parentElement?.closest("[data-at]");
    if (!plain || node.nodeType !== Node.TEXT_NODE) return null;
    for (const word of node.data.matchAll(/[\p{L}\p{N}]+/gu)) {
      if (word.index <= offset && offset <= word.index + word[0].length) {
        const start = Number(plain.dataset.at) + [...node.data.slice(0, word.index)].length;
        return [start, start + [...word[0]].length];
      }
    }
    return null;
  };
  ear.addEventListener("click", (e) => {
    const line = e.target.closest("[data-line]"), on = (query) => e.target.closest(query);
    if (on("[data-ear-stop]")) end();
    else if (on("[data-ear-all]")) play([...ear.querySelectorAll("[data-line]")].flatMap(phrasesOf));
    else if (on("[data-ear-play]")) play(phrasesOf(line));
    else if (on("[data-hear]")) play([{ say: on("[data-hear]").dataset.hear, place: 0 }]);
    else if (on("[data-hear-typed]")) { if (find("#doc-la").value.trim()) play([{ say: find("#doc-la").value, place: 0 }]); }
    else if (on("[data-use]")) use(on("[data-use]").dataset.use);
    else if (on("[data-use-typed]")) use(find("#doc-la").value);
    else if (on("[data-drop]")) { keep(find("[data-form]", panel()).dataset.form, ""); close(false); clearTimeout(timer); ask().then(() => find("[data-ear-all]").focus({ preventScroll: true })); }
    else if (on("[data-close]")) close();
    else if (on("[data-ear-other]")) askWord(on("[data-ear-other]"), line);
    else if (on("[data-spot]")) open(on("[data-spot]"), on("[data-spot]").dataset.start, on("[data-spot]").dataset.end);
    else if (on(".ear-text")) {
      const word = wordAt(e.clientX, e.clientY);
      if (word) open(find("[data-ear-other]", line), ...word);
    }
  });
  ear.addEventListener("keydown", (e) => {
    if ((e.key === "Enter" || e.key === " ") && e.target.matches("[data-spot]")) { e.preventDefault(); e.target.click(); }
    if (e.key === "Escape" && panel()) { e.preventDefault(); close(); }
    if (e.key === "Enter" && e.target.id === "doc-la") { e.preventDefault(); use(e.target.value); }
  });
})();
