// Dark where the person's device is dark, and what needs a script shown; run before the first paint.
(() => {
  document.documentElement.classList.add("scripted");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  follow();
  dark.addEventListener("change", follow);
})();
