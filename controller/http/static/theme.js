// Before the first paint: dark where the person's device is dark, and room for what needs the scripts at the end of
// the page, so that nothing moves when they come. Where they do not come, or cannot run, that room is given back.
(() => {
  const root = document.documentElement, dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  follow();
  dark.addEventListener("change", follow);
  root.classList.add("scripted");
  addEventListener("load", () => { if (!root.dataset.scripted) root.classList.remove("scripted"); });
})();
