// Pictures of the page, for people: `node shots.mjs FOLDER` over dist/.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./lib/browser.mjs";
import { open } from "./lib/page.mjs";
import { serve } from "./lib/server.mjs";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node shots.mjs FOLDER");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const site = await serve(join(dirname(fileURLToPath(import.meta.url)), "../../dist"));
const browser = await launch();

// A fail-over of shard 7 just after its new primary serves: the picture the page is about.
async function story({ page, r }) {
  const old = await page.locator('[data-shard="7"]').first().getAttribute("data-primary");
  const from = await r.now();
  await r.act(`kill ${old}`);
  for (let i = 0; i < 400; i += 1) {
    await r.step("fact");
    if ((await r.journal(20)).some((fact) => fact.kind === "serving" && fact.shard === 7 && fact.at > from)) break;
  }
}

const PICTURES = [
  ["first-light", {}],
  ["stage-light", {}, story],
  ["stage-dark", { theme: "dark" }, story],
  ["stage-zh", { lang: "zh" }, story],
  ["stage-1920", { width: 1920, height: 1080 }, story],
  ["phone", { width: 360, height: 780 }, story],
  ["phone-whole", { width: 360, height: 780 }, story, true],
];
for (const [name, options, act, fullPage] of PICTURES) {
  const opened = await open(browser, site, options);
  if (act) await act(opened);
  // Two frames: the canvas is painted after the change, and a picture is taken of what is painted.
  await opened.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const path = join(folder, `${name}.png`);
  await opened.page.screenshot({ path, fullPage: fullPage ?? false });
  console.log(path, opened.complaints.length > 0 ? opened.complaints : "");
  await opened.context.close();
}
await browser.close();
site.close();
