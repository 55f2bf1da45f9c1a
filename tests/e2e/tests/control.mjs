// Who guards the guard: the coordinators on the page, and what the settings make of them.
import { violations } from "../lib/audit.mjs";
import { assert, facts, figure, test, until } from "../lib/check.mjs";

const leader = (page) => page.locator('[data-kind="coordinator"][data-role="leader"]');

test("killing the leading coordinator lets another lead in a higher term, and both are to be seen", async ({ open }) => {
  const { page, r } = await open();
  const [old, term] = [await leader(page).getAttribute("data-id"), Number(await leader(page).getAttribute("data-term"))];
  const seen = (await r.journal()).length;
  // Focused, not clicked: the key is about whoever has the focus.
  await leader(page).focus();
  await page.keyboard.press("k");
  await page.locator(`[data-kind="coordinator"][data-id="${old}"][data-health="down"]`).waitFor();
  assert.equal(await leader(page).count(), 0, "nobody leads");
  await page.locator("table.control").waitFor();
  const elected = await until(r, (journal) => facts(journal.slice(seen), "elected")[0]);
  await page.locator(`[data-id="${elected.who}"][data-role="leader"][data-term="${elected.term}"]`).waitFor();
  assert.notEqual(elected.who, old);
  assert.ok(elected.term > term, `term ${elected.term} after term ${term}`);
  const votes = await page.locator(`[data-kind="coordinator"][data-vote="${elected.who}"]`).count();
  assert.ok(votes >= 2, "more than half of three voted for it");
  await page.locator(`.timebar [data-term="${elected.term}"]`).first().waitFor();
  // The table under the log says the same in words.
  const row = await page.locator("table.control tr").filter({ has: page.getByRole("rowheader", { name: "term", exact: true }) }).innerText();
  assert.ok(row.includes(String(elected.term)), row);
  assert.deepEqual(await violations(page), []);
});

test("what the settings choose is what the link says, and what the page shows", async ({ open }) => {
  const { page, r } = await open();
  await page.locator("#seed").click();
  for (const [field, value] of [["coordinators", "5"], ["ack", "primary"], ["reads", "in-sync"]]) {
    await page.locator(`[data-field="${field}"][value="${value}"]`).check();
  }
  await page.locator('[data-field="min"]').fill("2");
  await page.locator('[data-field="min"]').press("Tab");
  assert.deepEqual(await violations(page), []);
  await page.locator("#begin").click();
  await page.locator('[data-kind="coordinator"][data-id="K5"]').waitFor();
  const link = new URLSearchParams(new URL(await r.link()).hash.slice(1));
  assert.deepEqual(["coordinators", "ack", "min", "reads"].map((key) => link.get(key)), ["5", "primary", "2", "in-sync"]);
  assert.match(await page.locator("#copies").innerText(), /acked by the primary alone · min 2 · reads: any/);
});

test("one coordinator is called what it is", async ({ open }) => {
  const { page } = await open({ fragment: "v=9&coordinators=1" });
  await page.locator('[data-kind="coordinator"]').click();
  assert.match(await page.locator("#about").innerText(), /single point of failure/);
});

test("answered by the primary alone: with its backups cut off, writes stand on one disk, and the bill says so", async ({ open }) => {
  const { page, r } = await open({ fragment: "v=9&ack=primary&at=6" });
  const primary = await page.locator('[data-shard="7"]').first().getAttribute("data-primary");
  for (const other of ["A", "B", "C", "D", "E", "F"].filter((name) => name !== primary)) await r.act(`cut ${primary} ${other}`);
  const most = 20;
  for (let i = 0; i < most && !((await figure(page, "at-risk")) > 0); i += 1) await r.seek((await r.now()) + 200);
  assert.ok((await figure(page, "at-risk")) > 0, "an answered write is on one disk only");
  assert.match(await page.locator('[data-figure="at-risk"]').getAttribute("class"), /bad/);
  assert.equal(await figure(page, "promises"), 14, "who answers at once promises less");
});

test("beside each rule a link opens a run in which the rule is off and its promise is broken", async ({ open }) => {
  const { page, r } = await open();
  await page.locator("#seed").click();
  assert.ok((await page.locator("[data-scenario]").count()) >= 12);
  await page.locator('[data-scenario="majority"]').click();
  await page.locator('[data-promise="decisions-survive"][data-state="broken"]').waitFor();
  assert.match(await r.link(), /off=majority/);
  assert.ok((await page.locator('[data-kind="coordinator"][data-role="leader"]').count()) > 1, "two lead");
  assert.match(await page.locator("footer").innerText(), /modified/);
  assert.deepEqual(await violations(page), []);
});
