// Passkeys: a device is enrolled (form[data-passkey-create]), or signs what a form says (button[data-passkey-sign]).
// The station tells what is to be made or signed; the answer goes back in hidden fields of the same form.
(() => {
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const bytes = (word) => Uint8Array.from(atob(word.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const WHY = {
    NotAllowedError: "Thiết bị chưa ký: đã hết giờ chờ, hoặc bạn đã bỏ qua. Chưa có gì thay đổi; hãy bấm lại khi sẵn sàng.",
    InvalidStateError: "Thiết bị này đã được gắn rồi.",
    SecurityError: "Trình duyệt không cho dùng khóa ở địa chỉ này. Hãy mở trang bằng tên miền của đài.",
    NotSupportedError: "Thiết bị này không ký được theo cách đài dùng. Hãy dùng điện thoại hoặc khóa bảo mật khác.",
  };
  const LOST = "Chưa gửi được: không nối được với máy chủ. Những gì bạn gõ vẫn còn ở đây; có mạng lại thì bấm lần nữa.";
  class Refused extends Error {}

  const say = (form, words, tone) => {
    const note = form.querySelector("[data-passkey-says]");
    note.className = `note ${tone}`;
    note.textContent = words;
    note.hidden = !words;
    if (tone === "tone-bad") note.focus();
  };
  const ask = async (address, fields) => {
    let reply;
    try {
      reply = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" }, redirect: "manual" });
    } catch { throw new Refused(LOST); }
    if (reply.type === "opaqueredirect") throw new Refused("Phiên đăng nhập đã hết. Hãy tải lại trang rồi đăng nhập.");
    const told = await reply.json().catch(() => ({}));
    if (!reply.ok) throw new Refused(told.sentence || LOST);
    return told;
  };
  const fill = (form, values) => {
    for (const [name, value] of Object.entries(values)) form.querySelector(`[name=${name}]`).value = value;
  };
  const send = (form, button) => {
    form.dataset.signed = "1";
    form.querySelectorAll("[data-else-password]").forEach((field) => { field.required = false; field.disabled = true; });
    form.requestSubmit(button);
  };
  const busy = async (form, act) => {
    if (form.hasAttribute("data-passkey-busy")) return;
    form.setAttribute("data-passkey-busy", "");
    try { await act(); } catch (fault) {
      say(form, fault instanceof Refused ? fault.message : WHY[fault.name] || `Thiết bị báo lỗi: ${fault.message}`, "tone-bad");
    } finally { form.removeAttribute("data-passkey-busy"); }
  };

  const create = (form) => busy(form, async () => {
    const { at, options } = await ask(form.dataset.passkeyCreate, []);
    say(form, "Hãy làm theo lời của thiết bị: vân tay, khuôn mặt hoặc mã PIN của máy.", "tone-work");
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = (options.excludeCredentials || []).map((one) => ({ ...one, id: bytes(one.id) }));
    const made = await navigator.credentials.create({ publicKey: options });
    const answer = { id: made.id, rawId: text(made.rawId), type: made.type, response: { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject) } };
    fill(form, { luc: at, tra_loi: JSON.stringify(answer) });
    send(form, null);
  });
  const sign = (form, button) => busy(form, async () => {
    if (!form.reportValidity()) return;
    const sender = document.getElementById(button.dataset.passkeySign);
    const fields = new FormData(form);
    if (sender?.name) fields.set(sender.name, sender.value);
    fields.set("khoa", button.value);
    fields.set("hoi", "1");
    fields.delete("mat_khau");
    const asked = await ask(form.action, fields);
    say(form, asked.words, "tone-work");
    const signed = await navigator.credentials.get({ publicKey: {
      challenge: bytes(asked.challenge), rpId: asked.rp_id, userVerification: "required",
      allowCredentials: [{ type: "public-key", id: bytes(asked.credential) }],
    } });
    const { authenticatorData, clientDataJSON, signature } = signed.response;
    fill(form, { khoa: asked.kid, luc: asked.at, chu_ky: [authenticatorData, clientDataJSON, signature].map(text).join(".") });
    send(form, sender);
  });

  if (!window.PublicKeyCredential) {
    document.documentElement.classList.add("no-passkeys");
    return;
  }
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (!form.matches("form[data-passkey-create]") || form.dataset.signed) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    create(form);
  }, true);
  document.addEventListener("click", (e) => {
    const button = e.target.closest("button[data-passkey-sign]");
    if (!button) return;
    const form = button.closest("form");
    form.querySelectorAll("[data-else-password]").forEach((field) => { field.required = false; });
    sign(form, button);
  });
})();
