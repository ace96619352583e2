// Communes are chosen on the map: a touch ticks the commune's box in the list, and what is ticked is seen on the map.
(() => {
  const fold = document.querySelector("details[data-map-choice]"), room = document.getElementById("chon-tren-ban-do");
  const list = document.getElementById(fold.dataset.mapChoice), form = list.closest("form"), FEW = 6;
  const boxes = () => [...list.querySelectorAll("input[name=dia_ban]")];
  const paint = () => {
    const own = new Set(boxes().filter((one) => one.checked).map((one) => one.value));
    const grouped = new Set([...form.querySelectorAll("input[name=nhom]:checked")].flatMap((one) => one.value.split(",")));
    const all = new Set([...own, ...grouped]), offered = new Map(boxes().map((one) => [one.value, one.closest("[data-name]").dataset.name]));
    for (const cell of room.querySelectorAll("[data-code]")) {
      cell.classList.toggle("chosen", all.has(cell.dataset.code));
      cell.classList.toggle("elsewhere", !offered.has(cell.dataset.code));
    }
    const names = [...all].map((code) => offered.get(code)).filter(Boolean);
    const said = room.querySelector("[data-chosen-said]");
    const text = names.length ? `Đã chọn ${names.length}: ${names.slice(0, FEW).join(", ")}${names.length > FEW ? "…" : "."}` : "Chưa chọn xã nào. Bấm vào xã trên bản đồ.";
    if (said && said.textContent !== text) said.textContent = text;
  };
  room.addEventListener("click", (e) => {
    const cell = e.target.closest("[data-code]"), box = cell && boxes().find((one) => one.value === cell.dataset.code);
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
  form.addEventListener("change", paint);
  fetch("/ban-do/chon").then((reply) => { if (!reply.ok) throw new Error(String(reply.status)); return reply.text(); }).then((drawn) => {
    room.innerHTML = drawn;
    paint();
    document.body.append(Object.assign(document.createElement("script"), { src: fold.dataset.map }));
  }).catch(() => { room.textContent = "Chưa tải được bản đồ. Hãy chọn trong danh sách bên dưới."; });
})();
