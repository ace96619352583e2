// Push subscriptions of this browser: for notices to a person, and for who follows a commune.
globalThis.loaPush = (() => {
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const bytes = (word) => Uint8Array.from(atob(word.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const ready = () => Promise.race([navigator.serviceWorker.ready, new Promise((_, late) => setTimeout(late, 10000, new Error("máy chưa sẵn sàng")))]); // ms
  const same = (one, key) => one.options?.applicationServerKey && text(one.options.applicationServerKey) === key;
  const told = (one) => ({ address: one.endpoint, keys: `${text(one.getKey("p256dh"))}.${text(one.getKey("auth"))}` });
  const can = window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const why = window.isSecureContext ? "Trình duyệt này chưa nhận được tin báo. Trên iPhone, hãy thêm trang vào màn hình chính rồi mở từ đó." : "Trang phải mở bằng https thì máy mới nhận được tin báo.";
  return {
    can, why,
    // what this browser is subscribed with, or null
    known: async () => {
      const one = await ready().then((here) => here.pushManager.getSubscription());
      return one && told(one);
    },
    // subscribes with the station's key, after asking the person
    subscribe: async (key) => {
      if (await Notification.requestPermission() !== "granted") throw new Error("Máy chưa cho trang này báo tin. Hãy mở cài đặt của trình duyệt, cho phép Thông báo với trang này, rồi bấm lại.");
      const { pushManager } = await ready();
      const former = await pushManager.getSubscription();
      if (former && !same(former, key)) await former.unsubscribe();
      return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }).then(told, (fault) => {
        throw new Error(`Trình duyệt không bật được: ${fault.message}. Hãy thử lại, hoặc dùng trình duyệt khác.`);
      });
    },
  };
})();
