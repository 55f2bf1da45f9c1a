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

test("the golden links have the same digests in this browser as natively", async ({ open, golden }) => {
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
  }
});
