// Without a network: what an officer sends waits in this browser and goes when the network is back, each once.
(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content || "";
  const store = { // a browser may refuse to keep anything
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); return true; } catch { return false; } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
    keys: (start) => { try { return Object.keys(localStorage).filter((key) => key.startsWith(start)).sort(); } catch { return []; } },
  };
  const WHO = "loa:ai", SEND = "/tao-ban-tin/gui-sau", AGAIN = 30000; // ms between two tries while something waits
  const signed = meta("loa-owner");
  if (signed) store.set(WHO, signed);
  document.addEventListener("submit", (e) => { if (e.target.getAttribute("action") === "/dang-xuat") store.drop(WHO); });
  const owner = () => signed || store.get(WHO) || "";
  const start = () => `loa:gui:${owner()}:`;
  const waiting = () => owner() ? store.keys(start()).map((key) => ({ key, ...JSON.parse(store.get(key)) })) : [];
  const draft = () => `loa:nhap:${owner()}:/nhap/moi`;

  // --- what waits, in words, at the head of every page of its officer ---
  const make = (name, fields, ...inner) => { const el = Object.assign(document.createElement(name), fields); el.append(...inner); return el; };
  const room = () => {
    let el = document.getElementById("hang-gui");
    if (!el) {
      el = make("div", { id: "hang-gui" });
      el.setAttribute("role", "status");
      document.querySelector("main")?.prepend(el);
    }
    return el;
  };
  const line = (tone, ...inner) => make("div", { className: `note tone-${tone}` }, make("span", {}, ...inner));
  const button = (text, act) => { const el = make("button", { type: "button", className: "btn", textContent: text }); el.addEventListener("click", act); return el; };
  let gone = [];
  const show = () => {
    const found = waiting();
    if (!found.length && !gone.length && !document.getElementById("hang-gui")) return;
    room().replaceChildren(...gone, ...found.map((one) => {
      const name = `«${one.title || "chưa có tiêu đề"}»`;
      const drop = button(`Bỏ ${name}`, () => { store.drop(one.key); show(); });
      if (!one.refused) return line("work", make("strong", { textContent: `Bản tin ${name} đang chờ trên máy này. ` }), "Có mạng lại thì tự gửi; đóng trang cũng không mất. ", drop);
      const open = button("Mở lại để sửa", () => { store.set(draft(), one.body); store.drop(one.key); window.location.assign("/tao-ban-tin"); });
      return line("bad", make("strong", { textContent: `Chưa gửi được ${name}. ` }), `${one.refused} `, open, " ", drop);
    }));
  };

  // --- sending: one after the other; each has a number, and the station takes a number once ---
  let sending = false;
  const flush = async () => {
    if (!signed || sending) return;
    sending = true;
    try {
      for (const one of waiting().filter((each) => !each.refused)) {
        const reply = await fetch(SEND, { method: "POST", body: new URLSearchParams(one.body), redirect: "error" });
        const told = reply.headers.get("content-type")?.startsWith("application/json") ? await reply.json() : null;
        if (reply.status === 201 && told) {
          store.drop(one.key);
          if (new URLSearchParams(store.get(draft()) || "").get("luot") === one.number) store.drop(draft());
          gone.push(line("good", `Đã gửi bản tin «${one.title}» lúc có mạng lại. `, make("a", { href: `/ban-tin/${told.bulletin}`, textContent: "Xem bản tin" })));
        } else if (reply.status === 409 && told) {
          const { key, ...kept } = one;
          store.set(key, JSON.stringify({ ...kept, refused: told.sentence }));
        } else break; // signed out, or the station is busy: tried again
      }
    } catch { /* no network yet */ } finally { sending = false; show(); }
  };
  window.addEventListener("online", flush);
  window.addEventListener("storage", show);
  setInterval(() => { if (waiting().length) flush(); }, AGAIN);

  const keep = (body, number) => {
    const title = body.get("tieu_de") || "";
    return Boolean(owner()) && store.set(`${start()}${number}`, JSON.stringify({ body: body.toString(), number, title }));
  };
  // the form of a bulletin was sent, and the station cannot be reached
  document.addEventListener("loa:khong-mang", (e) => {
    // a draft is kept while it is typed, and stays in its form; pasted words are taken back by the station alone
    if (e.detail && e.detail.value !== "gui") return;
    const form = e.target, body = new URLSearchParams(new FormData(form, e.detail?.name ? e.detail : undefined));
    if (form.id !== "mau-phat" || !body.get("luot") || !keep(body, body.get("luot"))) return;
    e.preventDefault();
    show();
    room().scrollIntoView({ block: "center" });
  });
  // the empty form, opened without a network: kept as a draft of whoever is signed in on this machine
  const empty = document.querySelector("form[data-offline-form]");
  empty?.addEventListener("submit", (e) => {
    e.preventDefault();
    const body = new URLSearchParams(new FormData(empty)), number = [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");
    body.set("luot", number);
    body.set("viec", "nhap");
    body.set("cua", owner());
    const said = empty.querySelector("[data-said]");
    if (!owner()) said.textContent = "Chưa ai đăng nhập trên máy này nên chưa giữ được. Hãy chép chữ lại.";
    else if (!keep(body, number)) said.textContent = "Trình duyệt không cho giữ. Hãy chép chữ lại.";
    else { empty.reset(); said.textContent = "Đã giữ trên máy này."; show(); }
  });
  show();
  flush();
  if (window.isSecureContext) navigator.serviceWorker?.register("/sw.js").catch(() => {}); // the pages work without it
})();
