// Prints a style sheet without the rules whose classes and elements no page and no script of ours names.
// Called by vendor.py: node trim.mjs SHEET LEFT_OUT_FILE; the second gets the names of classes that went.
import { writeFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";

const [sheet, leftOut] = process.argv.slice(2);
const pages = new URL("../controller", import.meta.url).pathname;
const [found] = await new PurgeCSS().purge({
  css: [sheet],
  content: [`${pages}/**/*.html`, `${pages}/**/*.py`, `${pages}/http/static/*.js`],
  // Any word may be a class: a rule too many costs little, a missing one is seen by people.
  defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
  rejected: true,
});
const classes = (css) => new Set(css.match(/\.[a-zA-Z][\w-]*/g)?.map((name) => name.slice(1)) ?? []);
const kept = classes(found.css);
const gone = [...classes(found.rejected.join("\n"))].filter((name) => !kept.has(name)).sort();
writeFileSync(leftOut, gone.map((name) => `${name}\n`).join(""));
process.stdout.write(found.css);
