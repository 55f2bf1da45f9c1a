// Everything on the screen is a function of recipe, actions and now.
import { assert, test } from "../lib/check.mjs";

test("a step back past the kill finds the node alive", async ({ open }) => {
  const { page, r } = await open();
  const [before, digest] = [await r.now(), await r.digest()];
  await r.act("kill C");
  await r.step("fact");
  await page.locator('[data-kind="node"][data-id="C"][data-health="down"]').waitFor();
  for (let i = 0; i < 50 && (await r.now()) >= before; i += 1) await r.step("-fact");
  assert.ok((await r.now()) < before, "back past the kill");
  await page.locator('[data-kind="node"][data-id="C"][data-health="up"]').waitFor();
  await r.seek(before);
  await page.locator('[data-kind="node"][data-id="C"][data-health="down"]').waitFor();
  assert.notEqual(await r.digest(), digest, "the kill is an act of this instant, so the instant includes it");
});

test("a copied link opened in a fresh page shows the same instant and the same digest", async ({ open, site }) => {
  const { page, r } = await open();
  await r.act("kill C");
  await r.seek((await r.now()) + 2_345);
  await r.act("freeze c1");
  await r.seek((await r.now()) + 1_000);
  const link = await r.link();
  assert.ok(link.startsWith(site.home), `${link} is an address of this page`);
  // The address bar follows: what is copied from there is the same run.
  await page.waitForFunction((link) => location.href === link, link);
  const other = await open({ fragment: new URL(link).hash.slice(1) });
  assert.equal(await other.r.now(), await r.now());
  assert.equal(await other.r.digest(), await r.digest());
  assert.equal(await other.r.link(), link);
});

test("frames do not decide the outcome: played and sought, an instant is the same", async ({ open }) => {
  const { page, r } = await open();
  await r.act("kill B");
  const from = await r.now();
  await r.play();
  await page.waitForFunction((goal) => window.ringside.now() > goal, from + 500);
  await r.pause();
  const [at, digest] = [await r.now(), await r.digest()];
  await r.seek(0);
  await r.seek(at);
  assert.equal(await r.digest(), digest);
});

test("the golden links have the same digests in this browser, and print alike, in the module that visitors load, as natively", async ({ open, golden }) => {
  assert.ok(golden.length >= 20);
  const { page, r } = await open();
  for (const [link, digest] of golden) {
    // A link without an instant opens on the first picture; the golden digest is of its beginning.
    const sought = link.includes("&at=") ? link : `${link}&at=0`;
    await page.evaluate((fragment) => {
      location.hash = fragment;
    }, sought);
    await page.waitForFunction((digest) => window.ringside.digest() === digest, digest, { timeout: 10_000 }).catch(async () => {
      assert.fail(`${link}: ${await r.digest()} instead of ${digest}`);
    });
    // The page adds who is selected.
    const [, printed] = (await r.link()).split("#");
    assert.equal(printed.replace(/&sel=\w+/, ""), link, "a link prints as it was read");
  }
});

const SEEK_MS = 40;

test(`any instant of a ten-minute run is reached within ${SEEK_MS} ms (p95)`, async ({ open }) => {
  const faults = "20:kill:C,40:revive:C,75:kill:K1,95:revive:K1,140:freeze:c1,146:thaw:c1,200:isolate:B,230:heal:B,300:add:G,420:drain:A,500:kill:K2,520:revive:K2";
  const { page, r } = await open({ fragment: `v=9&seed=4127&do=${faults}&at=600` });
  assert.equal(await r.now(), 600_000);
  const digest = await r.digest();
  const spans = await page.evaluate(() => {
    const spans = [];
    // Instants drawn from a fixed seed (a linear congruence; its upper bits): far back and forth.
    for (let i = 0, draw = 1; i < 100; i += 1) {
      draw = (Math.imul(draw, 1_664_525) + 1_013_904_223) >>> 0;
      const from = performance.now();
      window.ringside.seek(Math.floor((draw / 2 ** 32) * 600_000));
      spans.push(performance.now() - from);
    }
    return spans.sort((a, b) => a - b);
  });
  const [p50, p95, worst] = [spans[50], spans[95], spans[99]];
  console.log(`        100 seeks: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`);
  assert.ok(worst > 0, "it was measured");
  assert.ok(p95 <= SEEK_MS, `p95 is ${p95} ms`);
  await r.seek(600_000);
  assert.equal(await r.digest(), digest);
});
