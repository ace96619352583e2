// Notices on this device: what the browser's subscription gives goes to the station in hidden fields.
(() => {
  const form = document.querySelector("form[data-push]");
  if (!form) return;
  const note = form.querySelector("[data-push-says]"), button = form.querySelector("button[type=submit]");
  const say = (words, tone) => { note.className = `note ${tone}`; note.textContent = words; note.hidden = false; };
  if (!loaPush.can) {
    button.disabled = true;
    say(loaPush.why, "tone-warn");
    return;
  }
  // this browser's own card, if it is subscribed already
  loaPush.known().then((known) => {
    const card = known && [...document.querySelectorAll("[data-endpoint]")].find((one) => one.dataset.endpoint === known.address);
    if (!card) return;
    card.querySelector("[data-this-device]").hidden = false;
    document.querySelector("[data-push-here]").hidden = true;
  }).catch(() => {});
  form.addEventListener("submit", async (e) => {
    if (form.dataset.subscribed) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    try {
      const made = await loaPush.subscribe(form.dataset.push);
      form.querySelector("[name=dia_chi]").value = made.address;
      form.querySelector("[name=khoa]").value = made.keys;
      form.dataset.subscribed = "1";
      form.requestSubmit(button);
    } catch (fault) {
      say(fault.message, "tone-bad");
      note.focus();
    }
  }, true);
})();
