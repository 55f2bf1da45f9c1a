// The browser tests: `node run.mjs [part of a name]` over dist/. The last line is `N passed, N failed`.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./lib/browser.mjs";
import { tests } from "./lib/check.mjs";
import { open } from "./lib/page.mjs";
import { serve } from "./lib/server.mjs";
// Before all others: what a page costs is measured in a browser that has done nothing yet.
import "./tests/cost.mjs";
import "./tests/failover.mjs";
import "./tests/control.mjs";
import "./tests/lock.mjs";
import "./tests/lockcases.mjs";
import "./tests/moves.mjs";
import "./tests/time.mjs";
import "./tests/links.mjs";
import "./tests/actions.mjs";
import "./tests/looks.mjs";
import "./tests/faces.mjs";
import "./tests/room.mjs";
import "./tests/textbook.mjs";
import "./tests/work.mjs";
import "./tests/doubt.mjs";
import "./tests/lenses.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const site = await serve(join(here, "../../dist"));
const golden = readFileSync(join(here, "../golden/digests.txt"), "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#"))
  .map((line) => line.split(" "));
const wanted = tests.filter(({ fact }) => fact.includes(process.argv[2] ?? ""));
const browser = await launch();
let failed = 0;
for (const { fact, body } of wanted) {
  const began = performance.now();
  const opened = [];
  try {
    const go = async (options) => {
      const one = await open(browser, site, options);
      opened.push(one);
      return one;
    };
    await body({ open: go, site, golden });
    const complaints = opened.flatMap((one) => one.complaints);
    if (complaints.length > 0) throw new Error(`the page complained:\n  ${complaints.join("\n  ")}`);
    console.log(`ok      ${fact} (${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${fact}\n${String(error.stack ?? error).replace(/^/gm, "        ")}`);
    opened.flatMap((one) => one.complaints).forEach((complaint) => console.log(`        ${complaint}`));
  }
  for (const { context } of opened) await context.close();
}
await browser.close();
site.close();
console.log(`${wanted.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || wanted.length === 0 ? 1 : 0;
