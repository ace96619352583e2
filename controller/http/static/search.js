// Search: what is found is listed below the field while one types; “/” and Ctrl+K lead to the field from every page.
(() => {
  const QUIET = 200; // ms without a key before the station is asked
  const FAILED = "Chưa tìm được. Bấm Enter để thử lại.";
  const forms = [...document.querySelectorAll("form[data-seek]")];
  for (const form of forms) {
    const field = form.elements.q, list = document.getElementById(form.dataset.seek);
    const isInHead = form.classList.contains("seek");
    let timer, asking, shown = field.value.trim();
    const ask = async () => {
      const text = field.value.trim();
      asking?.abort();
      if (text === shown) { list.hidden = !text; return; }
      shown = text;
      if (!text) { list.hidden = true; list.replaceChildren(); return; }
      asking = new AbortController();
      try {
        const reply = await fetch(`/tim/ket-qua?q=${encodeURIComponent(text)}`, { signal: asking.signal, redirect: "error" });
        if (!reply.ok) throw new Error(String(reply.status));
        list.innerHTML = await reply.text();
      } catch (fault) {
        if (fault.name === "AbortError") return;
        shown = null;
        list.replaceChildren(Object.assign(document.createElement("p"), { className: "found-none", textContent: FAILED }));
      }
      list.hidden = false;
    };
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, QUIET); });
    field.addEventListener("focus", () => { if (list.childElementCount && field.value.trim()) list.hidden = false; });
    const step = (by) => {
      const stops = [field, ...list.querySelectorAll("[data-hit]")];
      stops[Math.min(Math.max(stops.indexOf(document.activeElement) + by, 0), stops.length - 1)].focus();
    };
    form.parentElement.addEventListener("keydown", (e) => {
      if (!form.contains(e.target) && !list.contains(e.target)) return;
      const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (by && !list.hidden) { e.preventDefault(); step(by); }
      if (e.key === "Escape" && isInHead && !list.hidden) { e.preventDefault(); field.focus(); list.hidden = true; }
    });
    if (!isInHead) continue;
    document.addEventListener("click", (e) => { if (!form.contains(e.target)) list.hidden = true; });
    form.addEventListener("focusout", (e) => { if (e.relatedTarget && !form.contains(e.relatedTarget)) list.hidden = true; });
  }

  document.addEventListener("keydown", (e) => {
    if (e.defaultPrevented || e.altKey) return;
    const isTyping = e.target.closest?.("input, textarea, select, [contenteditable]");
    const isSlash = e.key === "/" && !isTyping && !e.ctrlKey && !e.metaKey;
    if (!isSlash && !(e.key.toLowerCase() === "k" && (e.ctrlKey || e.metaKey) && !e.shiftKey)) return;
    e.preventDefault();
    const field = forms.map((form) => form.elements.q).find((one) => one.checkVisibility?.() ?? one.offsetParent);
    if (field) { field.focus(); field.select(); } else if (forms.length) window.location.assign("/tim");
  });
})();
