// What the page costs its visitor: script time a frame, and what it fetches.
import { assert, test } from "../lib/check.mjs";

const BUDGET_MS = 4;
const FRAMES = 240;
// What else the machine does only ever adds to what is measured, and can double it: the least of so many tries is nearest to what the
// page costs. A page that is too slow is so in each of them.
const TRIES = 3;

test(`the default stage, playing through a fail-over, takes at most ${BUDGET_MS} ms of script a frame (p95)`, async ({ open }) => {
  const tries = [];
  while (tries.length < TRIES && !tries.some((p95) => p95 <= BUDGET_MS)) {
    const { page, r } = await open();
    await r.act("kill C");
    const from = (await r.stats()).frames;
    await r.play();
    await page.waitForFunction((goal) => window.ringside.stats().frames >= goal, from + FRAMES, { timeout: 60_000, polling: 500 });
    await r.pause();
    const stats = await r.stats();
    console.log(`        ${FRAMES} frames: script p50 ${stats.script_p50.toFixed(2)} ms, p95 ${stats.script_p95.toFixed(2)} ms, worst ${stats.script_max.toFixed(2)} ms`);
    assert.ok(stats.script_p95 > 0, "it was measured");
    tries.push(stats.script_p95);
    await page.close();
  }
  assert.ok(Math.min(...tries) <= BUDGET_MS, `p95 is ${tries.join(", ")} ms`);
});

test("nothing leaves the origin, and a strict policy would stop it", async ({ open, site }) => {
  const { page, r, fetched } = await open();
  await r.act("kill C");
  await r.seek((await r.now()) + 5_000);
  assert.ok(fetched.length >= 3, "page, glue and module at least");
  assert.deepEqual(fetched.filter((url) => !url.startsWith(site.home)), []);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*|https?:/);
});
