// Where a pole stands: by the phone's position, with its accuracy said, or by a touch on the map; where a route begins.
(() => {
  const ROUTE = document.querySelector("[data-from-here]");
  ROUTE?.addEventListener("submit", (e) => {
    if (ROUTE.tu.value || !navigator.geolocation) return;
    e.preventDefault();
    const said = document.querySelector("[data-place-said]");
    said.textContent = "Đang lấy vị trí…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { ROUTE.tu.value = `${coords.latitude.toFixed(4)} ${coords.longitude.toFixed(4)}`; ROUTE.submit(); },
      () => { said.textContent = "Điện thoại chưa biết vị trí. Danh sách xếp từ nơi đầu tiên."; },
      { timeout: 10000, maximumAge: 60000 });
  });
  const form = document.querySelector("[data-place-form]"), sheet = document.querySelector(".choosing");
  if (!form) return;
  const said = form.querySelector("[data-place-said]"), PATIENCE = 20000, SURE = 30; // ms; metres that are good enough
  const write = (latitude, longitude, accuracy) => {
    form.vi_do.value = latitude.toFixed(6);
    form.kinh_do.value = longitude.toFixed(6);
    form.sai_so.value = accuracy === null ? "" : accuracy.toFixed(0);
    mark(latitude, longitude);
  };
  const plane = () => sheet.dataset.plane.split(" ").map(Number);
  const mark = (latitude, longitude) => {
    const svg = sheet?.querySelector(".map-picture");
    if (!svg) return;
    const [west, north, shrink, scale, left, top] = plane();
    let one = svg.querySelector(".pole-new");
    if (!one) {
      one = document.createElementNS(svg.namespaceURI, "g");
      one.setAttribute("class", "pole-new");
      one.innerHTML = '<g class="pole-mark"><circle r="13"/><circle r="3"/></g>';
      svg.append(one);
    }
    one.setAttribute("transform", `translate(${left + (longitude - west) * shrink * scale} ${top + (north - latitude) * scale})`);
  };
  sheet?.addEventListener("click", (e) => {
    const svg = e.target.closest(".map-picture");
    if (!svg) return;
    e.preventDefault();
    const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const [west, north, shrink, scale, left, top] = plane();
    write(north - (at.y - top) / scale, west + (at.x - left) / scale / shrink, null);
    said.textContent = "Đã chọn trên bản đồ. Bấm Lưu vị trí.";
  });
  for (const name of ["vi_do", "kinh_do"]) form[name].addEventListener("input", () => { form.sai_so.value = ""; });
  const WHY = {
    1: "Điện thoại không cho lấy vị trí. Hãy cho phép trong cài đặt của trình duyệt, hoặc bấm lên bản đồ.",
    2: "Điện thoại chưa biết vị trí. Hãy ra chỗ thoáng rồi bấm lại, hoặc bấm lên bản đồ.",
    3: "Điện thoại chưa biết vị trí sau 20 giây. Hãy ra chỗ thoáng rồi bấm lại, hoặc bấm lên bản đồ.",
  };
  form.querySelector("[data-here]").addEventListener("click", () => {
    if (!navigator.geolocation) { said.textContent = WHY[1]; return; }
    said.textContent = "Đang lấy vị trí…";
    let best = null;
    const stop = (why) => {
      navigator.geolocation.clearWatch(watching);
      clearTimeout(timer);
      if (!best) said.textContent = WHY[why] ?? WHY[2];
    };
    // the first answer is often the network's; for some seconds better ones follow
    const timer = setTimeout(() => stop(3), PATIENCE);
    const watching = navigator.geolocation.watchPosition(({ coords }) => {
      if (best && coords.accuracy >= best) return;
      best = coords.accuracy;
      write(coords.latitude, coords.longitude, coords.accuracy);
      said.textContent = `Vị trí điện thoại, đúng trong ${Math.ceil(best)} m. ${best > 150 ? "Chưa đủ: hãy ra chỗ thoáng." : "Bấm Lưu vị trí."}`;
      if (best <= SURE) stop(0);
    }, (fault) => stop(fault.code), { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 0 });
  });
})();
