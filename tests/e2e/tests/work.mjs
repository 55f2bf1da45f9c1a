// Work takes time: queues at nodes, chosen in the settings, seen on the stage, told beside it, and billed when they are full.
import { violations } from "../lib/audit.mjs";
import { assert, figure, test } from "../lib/check.mjs";

test("with work that takes time requests queue at nodes, which show it, and the bill counts what a full queue turns away", async ({ open }) => {
  const { page, r } = await open({ fragment: "v=9&seed=4127&clients=16&workers=0" });
  await page.locator("#seed").click();
  for (const [field, value] of [["service", "0.2"], ["queue", "15"]]) {
    await page.locator(`[data-field="${field}"]`).fill(value);
    await page.locator(`[data-field="${field}"]`).press("Tab");
  }
  assert.deepEqual(await violations(page), []);
  await page.locator("#begin").click();
  const link = new URLSearchParams(new URL(await r.link()).hash.slice(1));
  assert.deepEqual(["service", "queue", "workers"].map((key) => link.get(key)), ["0.2", "15", "0"]);
  await r.seek(21_000);
  const node = page.locator('[data-kind="node"][data-queued="16"]').first();
  await node.waitFor();
  await node.click();
  assert.match(await page.locator("#about").innerText(), /16 of 16\s+requests at it/);
  assert.ok((await figure(page, "refused")) > 10, "the bill counts what was turned away, though nobody has done anything");
  assert.deepEqual(await violations(page), []);
});
