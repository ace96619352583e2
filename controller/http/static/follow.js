// A browser follows a commune: one button; a box asks for new bulletins, too. The station keeps the push address alone.
(() => {
  const card = document.querySelector("[data-follow]");
  if (!card) return;
  const part = (name) => card.querySelector(`[data-follow-${name}]`);
  const button = part("act"), more = part("more"), box = more.querySelector("input"), note = part("says");
  const say = (words, tone) => { note.className = `note tone-${tone}`; note.textContent = words; note.hidden = !words; };
  let follows = false, mine = null;
  const show = (state) => {
    follows = state.follows;
    button.setAttribute("aria-pressed", String(follows));
    button.classList.toggle("btn-primary", !follows);
    button.querySelector("span").textContent = follows ? "Thôi theo dõi" : "Theo dõi";
    more.hidden = !follows;
    box.checked = state.bulletins;
  };
  const send = async (way, bulletins) => {
    const body = new URLSearchParams({ dia_chi: mine.address, khoa: mine.keys, tin: bulletins ? "1" : "" });
    const answer = await fetch(card.dataset.follow + way, { method: "POST", body }).catch(() => { throw new Error("Chưa gửi được: mất mạng. Hãy thử lại khi có mạng."); });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.sentence || "Máy chủ không nhận. Hãy thử lại sau.");
    return told;
  };
  const act = async (doing) => {
    button.disabled = box.disabled = true;
    try { await doing(); } catch (fault) { say(fault.message, "bad"); note.focus(); }
    button.disabled = box.disabled = false;
  };
  if (!loaPush.can) {
    button.hidden = true;
    say(loaPush.why, "work");
    return;
  }
  // a browser that never said yes has no subscription to ask about
  if (Notification.permission === "granted") loaPush.known().then(async (known) => { mine = known; if (mine) show(await send("/xem")); }).catch(() => {});
  button.addEventListener("click", () => act(async () => {
    if (follows) {
      show(await send("/bo"));
      say("Đã thôi theo dõi. Đài không còn giữ gì về máy này ở đây.", "work");
      return;
    }
    mine = await loaPush.subscribe(card.dataset.pushKey);
    show(await send("", false));
    say("Đang theo dõi. Máy sẽ nhận một tin thử trong vài giây.", "good");
  }));
  box.addEventListener("change", () => act(async () => {
    const wanted = box.checked;
    try { show(await send("", wanted)); } catch (fault) { box.checked = !wanted; throw fault; }
    say(wanted ? "Máy sẽ báo cả bản tin mới." : "Máy chỉ báo khi có thông báo khẩn cấp.", "good");
  }));
})();
