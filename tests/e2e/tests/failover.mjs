// The main job of the page: a primary dies, the cluster heals, and the bill says what it cost.
import { assert, causes, facts, figure, test, until } from "../lib/check.mjs";

test("killing the primary of shard 7 leads to suspicion, view change, promotion and served clients", async ({ open }) => {
  const { page, r } = await open();
  const row = page.locator('[data-shard="7"]').first();
  const old = await row.getAttribute("data-primary");
  assert.match(old, /^[A-H]$/, "shard 7 has a primary to begin with");
  const from = (await r.journal()).length;

  await r.act(`kill ${old}`);
  await page.locator(`[data-kind="node"][data-id="${old}"][data-health="down"]`).waitFor();
  const serving = await until(r, (journal) => facts(journal.slice(from), "serving", { shard: 7 })[0]);
  const journal = await r.journal();
  const killed = facts(journal.slice(from), "kill", { who: old })[0];
  const suspected = facts(journal.slice(from), "suspected", { node: old })[0];
  const changed = facts(journal.slice(from), "view-changed", { shard: 7 })[0];
  assert.ok(killed && suspected && changed, "each step is a fact of the journal");
  assert.equal(changed.why, "promotion");
  assert.notEqual(changed.primary, old);
  assert.equal(serving.who, changed.primary, "who was promoted is who serves");
  assert.ok(killed.seq < suspected.seq && suspected.seq < changed.seq && changed.seq < serving.seq, "in this order");
  const chain = causes(journal, serving).map((fact) => fact.seq);
  assert.ok(chain.includes(changed.seq) && chain.includes(suspected.seq), "the service is caused by the view, the view by the suspicion");

  await page.locator(`[data-shard="7"][data-primary="${changed.primary}"]`).first().waitFor();
  await r.seek((await r.now()) + 20_000);
  const served = facts(await r.journal(), "acknowledged", { shard: 7 }).filter((fact) => fact.seq > serving.seq);
  assert.ok(served.length > 0, "clients' writes to shard 7 are acknowledged again");
});

test("the bill names detection time and outage, and no acknowledged write is lost", async ({ open }) => {
  const { page, r } = await open();
  assert.equal(await figure(page, "detected"), null, "nothing is billed before a fault");
  assert.equal(await figure(page, "lost"), null, "a zero is never shown before there is something to lose");
  const at = await r.now();
  const old = await page.locator('[data-shard="7"]').first().getAttribute("data-primary");
  await r.act(`kill ${old}`);
  await r.seek(at + 6_000);
  await page.locator('[data-figure="outage"]:not(.none)').waitFor();
  const [detected, outage, lost] = [await figure(page, "detected"), await figure(page, "outage"), await figure(page, "lost")];
  const suspected = facts(await r.journal(), "suspected", { node: old }).find((fact) => fact.at > at);
  assert.ok(Math.abs(detected * 1_000 - (suspected.at - at)) < 10, `the bill says ${detected} s, the journal ${suspected.at - at} ms`);
  assert.ok(outage >= detected, "who is not yet suspected is not yet replaced");
  assert.ok(outage < 4, `an outage of ${outage} s is longer than lease and detection can explain`);
  assert.equal(lost, 0);
  const states = await page.locator("[data-promise]").evaluateAll((all) => all.map((one) => one.dataset.state));
  assert.deepEqual(states, Array(17).fill("kept"));
});
