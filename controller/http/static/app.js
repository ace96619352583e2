// Small help for pages that are whole without it: running clocks, the lost-connection banner, filters, sent buttons.
(() => {
  // what needs a script stays, theme.js has made room: an old browser that cannot read this one shows no dead buttons
  document.documentElement.dataset.scripted = "yes";
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;

  // --- clocks: the server's time decides, never the phone's ---
  const started = Date.parse(meta("loa-now") || "") || Date.now();
  const ahead = started - Date.now();
  const now = () => Date.now() + ahead;
  const two = (n) => String(n).padStart(2, "0");
  const clock = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    const h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60);
    return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };
  const span = (ms) => {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 60) return `${s} giây`;
    const m = Math.floor(s / 60), h = Math.floor(m / 60);
    if (h) return m % 60 ? `${h} giờ ${m % 60} phút` : `${h} giờ`;
    return s % 60 && m < 10 ? `${m} phút ${s % 60} giây` : `${m} phút`;
  };
  const write = (el, text) => { if (el.textContent !== text) el.textContent = text; };
  const tick = () => {
    for (const el of document.querySelectorAll("[data-since]")) {
      const gone = now() - Date.parse(el.dataset.since);
      const most = Number(el.dataset.most || Infinity);
      if (el.tagName === "PROGRESS") el.value = Math.min(Math.max(gone, 0), most);
      else write(el, clock(Math.min(gone, most)));
    }
    for (const el of document.querySelectorAll("[data-until]")) {
      const left = Date.parse(el.dataset.until) - now();
      write(el, left > 0 ? `còn ${span(left)}` : "đến giờ");
    }
    for (const el of document.querySelectorAll("[data-ago]")) {
      const gone = now() - Date.parse(el.dataset.ago);
      write(el, gone < 5000 ? "vừa xong" : `${gone < 60000 ? Math.floor(gone / 1000) + " giây"
        : gone < 3600000 ? Math.floor(gone / 60000) + " phút"
        : gone < 86400000 ? Math.floor(gone / 3600000) + " giờ"
        : Math.floor(gone / 86400000) + " ngày"} trước`);
    }
    watch();
  };

  // --- the stream: say at once when what is seen has grown old ---
  const SILENCE = 25000; // the server says something at least each 15 s
  const banner = document.getElementById("mat-ket-noi");
  const stream = document.querySelector("[data-stream]");
  let heard = Date.now(), fresh = started, down = false;
  const alive = () => { heard = Date.now(); fresh = now(); down = false; };
  const watch = () => {
    if (!stream || !banner) return;
    const lost = !document.hidden && (down || Date.now() - heard > SILENCE);
    if (banner.hidden === !lost) { if (lost) age(); return; }
    if (lost) age();
    banner.hidden = !lost;
  };
  const age = () => {
    const at = new Date(fresh);
    const shown = at.toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour12: false });
    write(banner.querySelector("[data-seen]"), `lúc ${shown} (${span(now() - fresh)} trước)`);
  };
  if (stream) {
    stream.addEventListener("htmx:sse:after:connection", (e) => {
      const status = e.detail.connection.status;
      if (status === 401) window.location.reload();
      else if (status < 400) alive();
    });
    stream.addEventListener("htmx:sse:after:message", alive);
    stream.addEventListener("htmx:sse:error", (e) => {
      if (e.detail.status === 401) window.location.reload();
      down = true;
      watch();
    });
    stream.addEventListener("htmx:sse:before:connection", (e) => { if (e.detail.connection.attempt > 1) down = true; });
    stream.addEventListener("htmx:response:error", (e) => {
      if (e.detail.ctx?.response?.status === 401) window.location.reload();
    });
    stream.addEventListener("htmx:error", () => { down = true; watch(); });
    document.addEventListener("visibilitychange", () => { heard = Date.now(); });
  }

  // --- a part of a page that could not be fetched says why; it never takes an error's page into itself (khung.html, noSwap) ---
  const part = (e) => e.target.closest?.("[hx-post][aria-live], [hx-get][aria-live]");
  const unfetched = (el, why, ...more) => {
    el.removeAttribute("aria-busy");
    el.replaceChildren(`${why}, nên phần này không xem được. `, document.querySelector("form[data-draft]") ? "Chữ đã gõ vẫn còn. " : "", ...more);
  };
  document.addEventListener("htmx:response:error", (e) => {
    const el = part(e), status = e.detail.ctx?.response?.status;
    if (!el || status === 409 || status === 422) return;
    if (status !== 401) { unfetched(el, "Máy chủ chưa trả lời được", "Hãy thử lại sau một phút."); return; }
    unfetched(el, "Phiên đăng nhập đã hết", Object.assign(document.createElement("a"), { href: "/dang-nhap", target: "_blank", textContent: "Đăng nhập ở trang khác" }), ", rồi về đây làm tiếp.");
  });
  document.addEventListener("htmx:error", (e) => { if (part(e)) unfetched(part(e), "Chưa nối được với máy chủ", "Có mạng lại thì chọn lại."); });

  // --- before something long is sent: is the station there, and does it still know who sends? ---
  const PATIENCE = 8000;
  const refused = async () => {
    const end = new AbortController(), timer = setTimeout(() => end.abort(), PATIENCE);
    try {
      const reply = await fetch("/con-phien", { redirect: "manual", cache: "no-store", signal: end.signal });
      return reply.ok ? "" : reply.type === "opaqueredirect" ? "phien" : "mang";
    } catch { return "mang"; } finally { clearTimeout(timer); }
  };
  const REFUSED = {
    mang: "Chưa gửi được: không nối được với máy chủ. Những gì bạn gõ vẫn còn ở đây; có mạng lại thì bấm lần nữa.",
    phien: "Chưa gửi được: phiên đăng nhập đã hết. Những gì bạn gõ vẫn còn ở đây. ",
  };
  document.addEventListener("submit", async (e) => {
    const form = e.target, button = e.submitter;
    if (!form.matches("form[data-draft], form[data-asks]") || !form.requestSubmit) return;
    if (form.dataset.asked) { delete form.dataset.asked; return; }
    e.preventDefault();
    if (form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const why = await refused();
    form.removeAttribute("aria-busy");
    document.getElementById("chua-gui")?.remove();
    if (!why) { form.dataset.asked = "1"; form.requestSubmit(button); return; }
    // without a network it waits in this browser, where the form is one that may (offline.js)
    if (why === "mang" && !form.dispatchEvent(new CustomEvent("loa:khong-mang", { bubbles: true, cancelable: true, detail: button }))) return;
    const note = Object.assign(document.createElement("div"), { id: "chua-gui", className: "note tone-bad", tabIndex: -1 });
    const words = document.createElement("span");
    note.setAttribute("role", "alert");
    words.textContent = REFUSED[why];
    if (why === "phien") words.append(Object.assign(document.createElement("a"), { href: "/dang-nhap", target: "_blank", textContent: "Đăng nhập ở trang khác" }), ", rồi về đây bấm lần nữa.");
    note.append(words);
    (button?.closest(".actions") ?? button ?? form.lastElementChild).before(note);
    note.focus();
  }, true);

  // --- drafts: what is typed is kept on the server; where that fails, on this machine until it is back ---
  const EACH = 3000; // between two keepings, and only when something changed
  const form = document.querySelector("form[data-draft]");
  const asked = new URLSearchParams(window.location.search);
  if (asked.has("xong")) { // it was sent, or replaced: what lay here is older
    for (const key of Object.keys(localStorage)) if (key.startsWith("loa:nhap:")) localStorage.removeItem(key);
  }
  // loaded again, it shows what was typed since, and neither says it again nor asks for the template again
  if (form && (asked.has("xong") || asked.has("mau"))) history.replaceState(null, "", window.location.pathname);
  if (form) keepDraft(form);
  function keepDraft(form) {
    const key = `loa:nhap:${form.dataset.owner}:${form.dataset.draft}`;
    const said = form.querySelector("[data-draft-said]");
    const fields = () => new URLSearchParams(new FormData(form)).toString();
    let last = fields(), sending = false, sent = false, flight;
    // the page answers with other words than were sent (put right, or taken back): those lie here and are older
    if (form.hasAttribute("data-decided")) { localStorage.removeItem(key); last = ""; }
    const local = localStorage.getItem(key);
    if (local && local !== last) {
      const was = new URLSearchParams(local);
      for (const name of ["tieu_de", "noi_dung", "ben_bao", "so_lan", "toc_do", "giong", "loi_doc", "doc_rieng", "loi_mo", "loi_ket"]) {
        if (!form[name] || !was.get(name) || form[name].value === was.get(name)) continue;
        form[name].value = was.get(name);
        write(said, "Đã lấy lại phần chữ giữ trên máy này.");
        if (asked.has("mau")) document.querySelector(".note[role=status]")?.remove(); // the template was not taken
        last = "";
      }
      // older words come with the revision that they began with: the station says if there is a newer one.
      // A page that shows these very words has said it, and the next save is meant to follow the newer one.
      if (!last && form.phien_ban && was.get("phien_ban")) form.phien_ban.value = was.get("phien_ban");
    }
    const keep = async () => {
      const now = fields();
      if (sending || sent || now === last) return;
      sending = true;
      flight = new AbortController();
      try {
        const reply = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(now), redirect: "error", signal: flight.signal });
        if (!reply.ok) throw new Error(String(reply.status));
        last = now;
        localStorage.removeItem(key);
        write(said, `Đã tự lưu lúc ${new Date(Date.now() + ahead).toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour12: false })}.`);
      } catch (fault) {
        if (flight.signal.aborted) return; // the form went off meanwhile, and has the words
        if (fault.message === "409") { // it went away with its page, and came back by the browser's Back
          sent = true;
          localStorage.removeItem(key);
          write(said, "Bản này đã được gửi. Muốn soạn bản khác, hãy mở lại trang này.");
          return;
        }
        localStorage.setItem(key, now);
        write(said, fault.message === "403"
          ? "Đang đăng nhập tên khác nên chưa lưu lên máy chủ. Chữ đã gõ vẫn giữ trên máy này cho người đã mở trang."
          : fault.message === "401"
          ? "Phiên đăng nhập đã hết. Chữ đã gõ vẫn giữ trên máy này: hãy đăng nhập lại rồi mở lại trang soạn."
          : "Chưa lưu được lên máy chủ. Chữ đã gõ vẫn giữ trên máy này và sẽ tự lưu khi nối lại.");
      } finally { sending = false; }
    };
    setInterval(keep, EACH);
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
    form.addEventListener("submit", (e) => {
      localStorage.setItem(key, fields());
      sent = !e.defaultPrevented; // from now on the sent form has the words: a draft of them would come back
      if (sent) flight?.abort();
    });
    window.addEventListener("pageshow", (e) => { if (e.persisted) sent = false; });
  }

  // --- words that are pasted: old fonts, a letter's head and broken lines are put right at once, told, and taken back at a press ---
  document.addEventListener("paste", (e) => {
    const field = e.target, room = document.getElementById("da-sua");
    if (field.name !== "noi_dung" || !room) return;
    const tell = (name) => field.dispatchEvent(new Event(name, { bubbles: true }));
    const end = new AbortController(), patience = setTimeout(() => end.abort(), 10000);
    tell("loa:pasting");
    setTimeout(async () => {
      const sent = field.value, words = new URLSearchParams({ noi_dung: sent, tieu_de: field.form.elements.tieu_de?.value || "" });
      try {
        const reply = await fetch("/tao-ban-tin/soan-chu", { method: "POST", body: words, redirect: "error", signal: end.signal });
        const html = reply.status === 200 ? await reply.text() : "";
        if (!html || field.value !== sent) return;
        room.innerHTML = html;
        field.value = room.querySelector("[data-mended]").value;
        tell("input");
        room.scrollIntoView({ block: "nearest" });
      } catch { // sent as it is, the station says the same
      } finally {
        clearTimeout(patience);
        tell("loa:pasted");
      }
    }, 0);
  });

  // --- player: how loud it is, how fast it goes, and which phrase sounds; the browser's own player is enough ---
  const dressed = new WeakSet(), drawn = new WeakMap();
  const players = () => {
    for (const el of document.querySelectorAll("[data-player]")) {
      if (!dressed.has(el)) dress(el);
      draw(el.querySelector(".wave"));
      press(el); // where a piece of a page that lives is sent anew, the server knows no speed
    }
  };
  const press = (el) => {
    const speed = el.querySelector("audio").playbackRate;
    for (const button of el.querySelectorAll("[data-speed]")) button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === speed));
  };
  const draw = (wave) => {
    // its room is kept from the first: what comes late moves nothing from under a finger
    const of = wave?.dataset.wave;
    if (!wave || drawn.get(wave) === of) return;
    drawn.set(wave, of);
    fetch(of).then((reply) => reply.ok ? reply.text() : "").then((shape) => {
      if (drawn.get(wave) !== of) return;
      wave.innerHTML = shape;
      wave.append(Object.assign(document.createElement("div"), { className: "wave-gone" }));
    }).catch(() => drawn.delete(wave));
  };
  const dress = (el) => {
    const sound = el.querySelector("audio"), wave = el.querySelector(".wave");
    dressed.add(el);
    const go = (seconds) => {
      const jump = () => { sound.currentTime = seconds; sound.play().catch(() => {}); };
      if (sound.readyState) jump();
      else { sound.addEventListener("loadedmetadata", jump, { once: true }); sound.load(); }
    };
    wave.addEventListener("click", (e) => {
      if (!sound.readyState) { go(0); return; }
      const box = wave.getBoundingClientRect();
      go((e.clientX - box.left) / box.width * sound.duration);
    });
    el.addEventListener("click", (e) => {
      const speed = e.target.closest("[data-speed]"), phrase = e.target.closest("[data-at]");
      if (speed) {
        sound.playbackRate = sound.defaultPlaybackRate = Number(speed.dataset.speed);
        press(el);
      }
      if (phrase) go(Number(phrase.dataset.at) / 1000);
    });
    sound.addEventListener("timeupdate", () => {
      const at = sound.currentTime * 1000, gone = wave.querySelector(".wave-gone");
      if (gone && sound.duration) gone.style.width = `${at / sound.duration / 10}%`;
      for (const phrase of el.querySelectorAll("[data-at]")) {
        const sounds = !sound.paused && at >= Number(phrase.dataset.at) && at < Number(phrase.dataset.to);
        if (sounds && !phrase.hasAttribute("aria-current")) {
          phrase.setAttribute("aria-current", "true");
          const list = phrase.closest("ol");
          list.scrollTop = phrase.offsetTop - list.offsetTop - list.clientHeight / 2;
        }
        if (!sounds) phrase.removeAttribute("aria-current");
      }
    });
  };
  players();
  document.addEventListener("htmx:after:swap", players);

  // --- a draft is heard before it is handed in: one piece after the other, each spoken when it is asked for ---
  const tryOut = { sound: new Audio(), pieces: [], at: 0 };
  const tried = (query) => document.querySelector(`[data-try-out] ${query}`);
  const say = (text) => { if (tried("[data-try-said]")) write(tried("[data-try-said]"), text); };
  const mark = (on) => { for (const one of document.querySelectorAll("[data-try]")) one.toggleAttribute("aria-current", one.getAttribute("href") === on); };
  const endTry = (text = "") => {
    tryOut.pieces = [];
    tryOut.sound.pause();
    mark(null);
    say(text);
    if (tried("[data-try-stop]")) tried("[data-try-stop]").hidden = true;
  };
  const playPiece = async () => {
    const place = tryOut.pieces[tryOut.at];
    if (!place) return endTry();
    mark(place);
    say(`Đang đọc đoạn ${tryOut.at + 1}…`);
    tried("[data-try-stop]").hidden = false;
    const reply = await fetch(place).catch(() => null);
    if (place !== tryOut.pieces[tryOut.at]) return; // stopped, or another one was asked for
    if (!reply?.ok) return endTry(reply?.status === 429 ? "Nghe thử nhiều quá trong một phút. Đợi một phút rồi nghe tiếp." : reply?.status === 503 ? "Máy đang đọc cho người khác, hoặc đang dựng bản tin. Vài giây nữa bấm lại." : "Chưa nghe được. Hãy thử lại.");
    URL.revokeObjectURL(tryOut.sound.src);
    tryOut.sound.src = URL.createObjectURL(await reply.blob());
    tryOut.sound.play().catch(() => endTry("Trình duyệt chưa cho phát tiếng. Hãy bấm lại."));
  };
  tryOut.sound.addEventListener("ended", () => { tryOut.at += 1; playPiece(); });
  document.addEventListener("click", (e) => { if (e.target.closest("[data-print]")) window.print(); });
  document.addEventListener("click", (e) => {
    const one = e.target.closest("[data-try]"), all = e.target.closest("[data-try-all]");
    if (e.target.closest("[data-try-stop]")) endTry();
    if (!one && !all) return;
    e.preventDefault();
    tryOut.pieces = one ? [one.getAttribute("href")] : [...document.querySelectorAll("[data-try]")].map((a) => a.getAttribute("href"));
    tryOut.at = 0;
    playPiece();
  });

  // --- forms: nothing is sent twice by an impatient finger ---
  document.addEventListener("submit", (e) => {
    if (e.defaultPrevented) return;
    for (const button of e.target.querySelectorAll("button[type=submit], button:not([type])")) {
      setTimeout(() => { button.disabled = true; button.setAttribute("aria-busy", "true"); }, 0);
    }
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[aria-busy]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  });

  // --- communes are chosen on the map: it comes when somebody opens it ---
  document.addEventListener("toggle", (e) => {
    const fold = e.target;
    if (!fold.open || !fold.matches("details[data-map-choice]") || fold.dataset.begun) return;
    fold.dataset.begun = "1";
    document.body.append(Object.assign(document.createElement("script"), { src: fold.dataset.script }));
  }, true);

  // --- lists: find a commune typed without accents ---
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  const sift = (field) => {
    const wanted = plain(field.value.trim());
    const list = document.getElementById(field.dataset.filters);
    for (const item of list?.querySelectorAll("[data-name]") || []) {
      item.hidden = !plain(item.dataset.name).includes(wanted);
      document.getElementById(item.dataset.cell)?.classList.toggle("sought", Boolean(wanted) && !item.hidden);
    }
  };
  // --- the map: its small cells have no room for a name ---
  const name = (e) => {
    const cell = e.target.closest?.("a.cell"), said = document.getElementById("ten-dia-ban");
    if (cell && said) write(said, cell.getAttribute("aria-label"));
  };
  for (const kind of ["focusin", "pointerover"]) document.addEventListener(kind, name);
  // what the stream draws anew is sifted again
  document.addEventListener("htmx:after:swap", () => {
    for (const field of document.querySelectorAll("[data-filters]")) if (field.value) sift(field);
  });
  document.addEventListener("input", (e) => {
    if (e.target.dataset?.filters) sift(e.target);
    if (e.target.dataset?.counts) count(e.target);
  });
  // how many words are typed; how long they sound stands in “Lời loa sẽ đọc” (editor.js)
  const count = (field) => {
    const words = field.value.trim() ? field.value.trim().split(/\s+/).length : 0;
    const counter = document.getElementById(field.dataset.counts);
    if (counter) write(counter, words ? `${words.toLocaleString("vi-VN")} chữ` : "");
  };
  document.querySelectorAll("[data-counts]").forEach(count);
  // --- days and times: typed as people here write them, said again in words; the same rules as controller/http/time_fields.py ---
  const WEEKDAYS = ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"];
  const DAY = /^(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})$|^(\d{2})(\d{2})(\d{4})$/;
  const CLOCK = /^(\d{1,2})(?:\s*(?:[:.hg]|giờ)\s*(?:(\d{1,2})\s*(?:phút|p)?)?)?$|^(\d{2})(\d{2})$|^(\d{1,2}):(\d{2}):(\d{2})$/;
  const dayOf = (text) => {
    const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
    const found = DAY.exec(text.trim())?.slice(1).filter((part) => part !== undefined);
    if (!iso && !found) return null;
    const [y, m, d] = iso ? iso.slice(1).map(Number) : found.map(Number).reverse();
    const on = new Date(Date.UTC(y < 70 ? 2000 + y : y < 100 ? 1900 + y : y, m - 1, d));
    return on.getUTCMonth() === m - 1 && on.getUTCDate() === d ? on : null;
  };
  const clockOf = (text) => {
    const [h, m = 0, s = 0] = CLOCK.exec(text.trim().toLowerCase())?.slice(1).filter((part) => part !== undefined).map(Number) ?? [24];
    return h < 24 && m < 60 && s < 60 ? [h, m, ...(s ? [s] : [])].map(two).join(":") : null;
  };
  const written = (on) => `${two(on.getUTCDate())}/${two(on.getUTCMonth() + 1)}/${on.getUTCFullYear()}`;
  const WHEN = {
    day: { tidy: (text) => { const on = dayOf(text); return on && written(on); }, say: (text) => { const on = dayOf(text); return on ? `${WEEKDAYS[on.getUTCDay()]}, ${written(on)}` : ""; }, fault: "Ghi ngày như 24/11/2026." },
    clock: { tidy: clockOf, say: () => "", fault: "Ghi giờ như 17:00." },
  };
  for (const field of document.querySelectorAll("[data-when]")) {
    const kind = WHEN[field.dataset.when];
    const echo = document.createElement("p");
    echo.className = "echo";
    echo.setAttribute("aria-live", "polite");
    if (field.labels[0]?.classList.contains("form-label")) (field.closest(".when") ?? field).after(echo);
    const follow = () => {
      const text = field.value, said = kind.tidy(text);
      field.setCustomValidity(text.trim() && !said ? kind.fault : "");
      write(echo, said ? kind.say(text) : "");
    };
    const tidy = () => { const said = kind.tidy(field.value); if (said) field.value = said; follow(); if (!said && field.value.trim()) write(echo, kind.fault); };
    field.addEventListener("input", (e) => { if (e.inputType === "insertText" && /^(\d{8})$/.test(field.value)) tidy(); else follow(); });
    field.addEventListener("change", tidy, true);
    follow();
    const button = field.parentElement.querySelector(".when-pick");
    if (!button) continue;
    const native = Object.assign(document.createElement("input"), { type: "date", tabIndex: -1, className: "when-native" });
    native.setAttribute("aria-hidden", "true");
    if (!native.showPicker) { button.remove(); continue; }
    field.after(native);
    button.addEventListener("click", () => { native.value = dayOf(field.value)?.toISOString().slice(0, 10) ?? ""; native.showPicker(); });
    native.addEventListener("change", (e) => {
      e.stopPropagation();
      if (!native.value) return;
      field.value = native.value;
      for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
      field.focus();
    });
    native.addEventListener("input", (e) => e.stopPropagation());
  }

  // --- files: a browser says “choose” in its own language; ours lies under it, and the field above is still the browser's ---
  for (const field of document.querySelectorAll("input[type=file].form-control")) {
    const box = document.createElement("div"), pick = document.createElement("span"), name = document.createElement("span");
    box.className = "file-pick form-control";
    pick.className = "file-pick-word";
    pick.textContent = "Chọn tệp";
    for (const part of [pick, name]) part.setAttribute("aria-hidden", "true");
    field.before(box);
    box.append(field, pick, name);
    field.classList.remove("form-control");
    const follow = () => write(name, field.files[0]?.name || "Chưa chọn tệp nào");
    field.addEventListener("change", follow);
    follow();
  }

  // --- calendar: a slot is dragged to another day; the form behind it is the same that a person fills in ---
  const week = document.getElementById("tuan");
  let held = null;
  const arm = () => { for (const slot of week.querySelectorAll("[data-move]")) slot.draggable = true; };
  const over = (day) => {
    for (const other of week.querySelectorAll(".day.over")) if (other !== day) other.classList.remove("over");
    day?.classList.add("over");
  };
  const send = (slot, day) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = slot.dataset.move;
    for (const [name, value] of [["ngay", day], ["gio", slot.dataset.time], ["luc", slot.dataset.luc || ""]]) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  };
  if (week && window.matchMedia("(pointer: fine)").matches) {
    arm();
    document.addEventListener("htmx:after:swap", arm);
    week.addEventListener("dragstart", (e) => {
      held = e.target.closest?.("[data-move]");
      if (held) { held.classList.add("held"); e.dataTransfer.effectAllowed = "move"; }
    });
    week.addEventListener("dragend", () => { held?.classList.remove("held"); over(null); held = null; });
    week.addEventListener("dragover", (e) => {
      const day = held && e.target.closest(".day");
      if (day) { e.preventDefault(); over(day); }
    });
    week.addEventListener("drop", (e) => {
      const day = held && e.target.closest(".day");
      if (!day) return;
      e.preventDefault();
      if (day !== held.closest(".day")) send(held, day.dataset.day);
    });
  }

  // --- what is wrong is where the eyes and the keyboard are ---
  const wrong = document.querySelector("main [data-focus]") ?? (document.querySelector("main [autofocus]") ? null : document.querySelector("main .note[role=alert]"));
  if (wrong) {
    wrong.tabIndex = -1;
    wrong.focus({ preventScroll: true });
    wrong.scrollIntoView({ block: "center" });
  }

  tick();
  setInterval(tick, 500);
})();
