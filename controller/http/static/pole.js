// A photograph of the pole is made small in the browser, and without what the camera writes beside it, before it is sent.
(() => {
  const WIDEST = 900, LARGEST = 90000, BEST = 0.8, WORST = 0.3, STEP = 0.1; // pixels, bytes, quality of JPEG
  const form = document.querySelector("[data-photo]"), field = form?.querySelector("input[type=file]");
  if (!field || !window.createImageBitmap) return;
  const said = form.querySelector("[data-photo-said]");
  const packed = (canvas, quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  field.addEventListener("change", async () => {
    if (!field.files.length) return;
    said.textContent = "Đang gửi ảnh…";
    try {
      const picture = await createImageBitmap(field.files[0]), scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      let small = null;
      for (let quality = BEST; quality >= WORST && !(small && small.size <= LARGEST); quality -= STEP) small = await packed(canvas, quality);
      const files = new DataTransfer();
      files.items.add(new File([small], "cot-loa.jpg", { type: "image/jpeg" }));
      field.files = files.files;
      form.requestSubmit();
    } catch { said.textContent = "Điện thoại không mở được ảnh này. Hãy chụp lại."; }
  });
})();
