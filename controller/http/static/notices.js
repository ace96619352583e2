// Notices on this device: the browser subscribes with the station's key; what it gives goes back in hidden fields.
(() => {
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const bytes = (word) => Uint8Array.from(atob(word.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const form = document.querySelector("form[data-push]");
  if (!form) return;
  const note = form.querySelector("[data-push-says]"), button = form.querySelector("button[type=submit]");
  const say = (words, tone) => { note.className = `note ${tone}`; note.textContent = words; note.hidden = false; };
  const fail = (words) => { say(words, "tone-bad"); note.focus(); };
  const ready = () => Promise.race([navigator.serviceWorker.ready, new Promise((_, late) => setTimeout(late, 10000, new Error("máy chưa sẵn sàng")))]); // ms
  const can = window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!can) {
    button.disabled = true;
    say(window.isSecureContext ? "Trình duyệt này chưa nhận được tin báo. Trên iPhone, hãy thêm trang vào màn hình chính rồi mở từ đó." : "Trang phải mở bằng https thì máy mới nhận được tin báo.", "tone-warn");
    return;
  }
  const same = (one, key) => one.options?.applicationServerKey && text(one.options.applicationServerKey) === key;
  // this browser's own card, if it is subscribed already
  ready().then((here) => here.pushManager.getSubscription()).then((known) => {
    const card = known && [...document.querySelectorAll("[data-endpoint]")].find((one) => one.dataset.endpoint === known.endpoint);
    if (!card) return;
    card.querySelector("[data-this-device]").hidden = false;
    document.querySelector("[data-push-here]").hidden = true;
  }).catch(() => {});
  form.addEventListener("submit", async (e) => {
    if (form.dataset.subscribed) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    try {
      if (await Notification.requestPermission() !== "granted") {
        fail("Máy chưa cho trang này báo tin. Hãy mở cài đặt của trình duyệt, cho phép Thông báo với trang này, rồi bấm lại.");
        return;
      }
      const { pushManager } = await ready(), key = form.dataset.push;
      const former = await pushManager.getSubscription();
      if (former && !same(former, key)) await former.unsubscribe();
      const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
      form.querySelector("[name=dia_chi]").value = made.endpoint;
      form.querySelector("[name=khoa]").value = `${text(made.getKey("p256dh"))}.${text(made.getKey("auth"))}`;
      form.dataset.subscribed = "1";
      form.requestSubmit(button);
    } catch (fault) {
      fail(`Trình duyệt không bật được: ${fault.message}. Hãy thử lại, hoặc dùng trình duyệt khác.`);
    }
  }, true);
})();
