// Nodes join, leave and die while shards move: what was planned is moved, and nobody who asks for anything notices.
import { violations } from "../lib/audit.mjs";
import { assert, facts, figure, test } from "../lib/check.mjs";

// Copies that were made on nodes that had none.
const made = (journal) => facts(journal, "view-changed", { why: "caught-up" }).length;

// Requests that went wrong after a fact.
const errors = (journal, since) => ["refused", "retried"].flatMap((kind) => facts(journal, kind)).filter((fact) => fact.seq > since.seq);

const latest = (journal, kind, fields) => facts(journal, kind, fields).at(-1);

// What the last view of every shard names.
function views(journal) {
  const last = new Map();
  for (const fact of facts(journal, "view-changed")) last.set(fact.shard, fact);
  return [...last.values()];
}

for (const [how, add] of [
  ["by click", (page) => page.locator('[data-act="add G"]').click()],
  ["by key", (page) => page.keyboard.press("n")],
]) {
  test(`a node is added ${how}: exactly the planned shards move, clients see no error, the bill shows the least possible`, async ({ open }) => {
    const { page, r } = await open();
    assert.equal(await page.locator('[data-id="G"], [data-head="G"]').count(), 0, "who may still join is nowhere");
    await add(page);
    const seat = page.locator('[data-kind="node"][data-id="G"]');
    await seat.waitFor();
    await page.locator('[data-head="G"]').waitFor();
    const at = await r.now();
    await r.seek(at + 100);
    await page.locator('[data-id="G"][data-standing="joining"]').waitFor();
    const moving = page.locator("[data-move]");
    assert.ok((await moving.count()) > 0, "a copy on its way is to be seen");
    const said = await page.locator("#moves-list li").first().textContent();
    const [shard, from, to] = (await moving.first().getAttribute("data-move")).split(" ");
    assert.equal(to, "G");
    assert.ok(said.startsWith(`shard ${shard}: ${from} → G, `), said);
    await r.seek(at + 6_000);
    await page.locator('[data-id="G"][data-standing="member"]').waitFor();
    const journal = await r.journal();
    const ring = latest(journal, "ring-changed", { node: "G" });
    assert.ok(ring.moves > 0 && ring.minimum <= ring.moves);
    assert.equal(made(journal), ring.moves, "what was planned is what was made");
    assert.deepEqual([await figure(page, "moved"), await figure(page, "planned"), await figure(page, "minimum")], [ring.moves, ring.moves, ring.minimum]);
    assert.deepEqual(errors(journal, ring), [], "nobody was turned away, nobody had to ask again");
    assert.equal(await figure(page, "lost"), 0);
    assert.equal(await page.locator('[data-promise][data-state="broken"]').count(), 0);
    assert.equal(await moving.count(), 0, "everything has arrived");
  });
}

test("when a node joins the others make room: they glide, but not for who wants less motion", async ({ open }) => {
  for (const calm of [false, true]) {
    const { page, r } = await open({ calm });
    await r.act("add G");
    await page.locator('[data-kind="node"][data-id="G"]').waitFor();
    const gliding = await page.evaluate(() => document.getAnimations().filter((one) => one.transitionProperty === "transform").length);
    assert.equal(gliding > 0, !calm, `${gliding} seats glide`);
    // A stays on top; every other seat has moved, and the new one stands between the last and A.
    const place = (id) => page.locator(`[data-kind="node"][data-id="${id}"]`).getAttribute("transform");
    const seats = await Promise.all([..."ABCDEFG"].map(place));
    assert.equal(new Set(seats).size, 7);
  }
});

test("the receiving node dies in the middle of a move, and every shard ends with all its copies", async ({ open }) => {
  const { page, r } = await open();
  await r.act("add G");
  const at = await r.now();
  await r.seek(at + 400);
  await page.locator('[data-move$=" G"]').first().waitFor();
  await page.locator('[data-kind="node"][data-id="G"]').click();
  await page.locator('[data-act="kill G"]').click();
  await page.locator('[data-id="G"][data-health="down"]').waitFor();
  await r.seek(at + 25_000);
  await page.locator('[data-id="G"][data-health="out"][data-standing="out"]').waitFor();
  const journal = await r.journal();
  for (const view of views(journal)) {
    assert.equal(view.in_sync.length, 3, `shard ${view.shard} has ${view.in_sync}`);
    assert.ok(!view.in_sync.includes("G") && view.learners.length === 0);
  }
  assert.equal(await page.locator("[data-move]").count(), 0);
  assert.equal(await figure(page, "lost"), 0);
  assert.equal(await figure(page, "unserved"), 0);
  assert.equal(await page.locator('[data-promise][data-state="broken"]').count(), 0);
});

test("a node is drained by key, holds nothing in the end, and is taken back", async ({ open }) => {
  const { page, r } = await open();
  await page.keyboard.press("Shift+C");
  // Nobody's fingers are so quick that the choice is not seen yet.
  await page.locator('[data-act="drain C"]').waitFor();
  await page.keyboard.press("d");
  const at = await r.now();
  await r.seek(at + 200);
  await page.locator('[data-id="C"][data-standing="draining"]').waitFor();
  await r.seek(at + 15_000);
  await page.locator('[data-id="C"][data-standing="none"][data-health="up"]').waitFor();
  const journal = await r.journal();
  const ring = latest(journal, "ring-changed", { node: "C" });
  assert.equal(ring.why, "draining");
  assert.equal(facts(journal, "left", { node: "C" }).length, 1);
  assert.ok(views(journal).every((view) => view.in_sync.length === 3 && !view.in_sync.includes("C")));
  assert.deepEqual(errors(journal, ring), []);
  assert.equal(await figure(page, "moved"), ring.moves);
  const drain = page.locator('[data-act="drain C"]');
  assert.equal(await drain.getAttribute("aria-disabled"), "true");
  assert.ok((await drain.getAttribute("data-reason")).length > 3);
  await page.locator('[data-act="add C"]').click();
  await r.seek(at + 25_000);
  await page.locator('[data-id="C"][data-standing="member"]').waitFor();
  assert.equal(await page.locator('[data-promise][data-state="broken"]').count(), 0);
});

test("when eight nodes are there, the button stays and says why there will be no ninth", async ({ open }) => {
  const { page, r } = await open();
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  const button = page.locator('[data-act="add"]');
  await button.waitFor();
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  assert.ok((await button.getAttribute("data-reason")).length > 3);
  const before = await r.digest();
  await button.click({ force: true });
  assert.equal(await r.digest(), before);
  const box = await button.boundingBox();
  assert.ok(box.width >= 24 && box.height >= 24, JSON.stringify(box));
});

for (const [lang, theme, width] of [
  ["en", "light", 1280],
  ["zh", "dark", 1280],
  ["zh", "light", 360],
  ["en", "dark", 360],
]) {
  test(`while shards move axe finds nothing serious and the list says so: ${lang}, ${theme}, ${width} px`, async ({ open }) => {
    const { page, r } = await open({ lang, theme, width, height: 720 });
    await r.act("add G");
    await r.seek((await r.now()) + 400);
    await page.locator("[data-move]").first().waitFor();
    const said = await page.locator("#moves-list li").first().textContent();
    assert.match(said, lang === "en" ? /^shard \d+: [A-F] → G, \d+ %$/ : /^分片 \d+：[A-F] → G，\d+%$/);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
    assert.deepEqual(await violations(page), []);
  });
}
