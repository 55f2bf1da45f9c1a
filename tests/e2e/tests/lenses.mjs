// What the panes beside the ring show: chosen by their headings, by keys and by links; and the lens Load.
import { violations } from "../lib/audit.mjs";
import { assert, facts, figure, test } from "../lib/check.mjs";
import { misfits } from "../lib/fit.mjs";

const lenses = (page) => page.locator(".pane").evaluateAll((panes) => panes.map((pane) => pane.dataset.lens));
const lens = async (r) => new URLSearchParams(new URL(await r.link()).hash.slice(1)).get("lens");
// Work that takes time, reads that are spread, and a node that dies.
const BUSY = "v=9&seed=4127&clients=24&workers=2&reads=in-sync&spread=least&service=0.06&do=8:kill:C&at=11.5";

test("the heading of a pane chooses its lens, a key the next one, and the link keeps both; the run is the same", async ({ open }) => {
  const { page, r } = await open({ fragment: "v=9&seed=4127&at=8" });
  const digest = await r.digest();
  assert.deepEqual([await lenses(page), await lens(r)], [["replicas", "lock"], null]);
  await page.locator("#second select").selectOption("load");
  await page.locator("#second .load").waitFor();
  assert.deepEqual([await lenses(page), await lens(r)], [["replicas", "load"], "replicas,load"]);
  // What the other pane shows changes places, and both headings say so.
  await page.locator("#first select").selectOption("load");
  assert.deepEqual(await lenses(page), ["load", "replicas"]);
  assert.deepEqual([await page.locator("#first select").inputValue(), await page.locator("#second select").inputValue()], ["load", "replicas"]);
  await page.locator("#sentence").click();
  await page.keyboard.press("2");
  assert.deepEqual([await lenses(page), await lens(r)], [["load", "lock"], "load,lock"]);
  assert.equal(await r.digest(), digest);
  // It stays when the run is replaced, and comes back with the link.
  const shared = (await r.link()).split("#")[1];
  await page.locator("#seed").click();
  await page.locator("#begin").click();
  assert.deepEqual(await lenses(page), ["load", "lock"]);
  const other = await open({ fragment: shared });
  assert.deepEqual([await lenses(other.page), await other.r.digest()], [["load", "lock"], digest]);
});

test("a link with a lens that nobody knows says which there are", async ({ open }) => {
  for (const [fragment, says] of [["v=9&lens=replicas,bananas", /bananas.*replicas lock load doubt/], ["v=9&lens=load", /two that differ/]]) {
    const { page } = await open({ fragment });
    assert.match(await page.locator("#notice").innerText(), says);
    assert.deepEqual(await lenses(page), ["replicas", "lock"]);
  }
});

test("on a phone the lenses are a row of buttons under the ring, and one is shown at a time", async ({ open }) => {
  const { page, r } = await open({ width: 360, height: 780, fragment: BUSY.replace("clients=24", "clients=8") });
  assert.deepEqual([await page.locator("#copies").count(), await page.locator("#lockpic").count()], [1, 0]);
  for (const [word, shown] of [["lock", "#lockpic"], ["load", "#loadpic"], ["replicas", "#copies"]]) {
    const tab = page.locator(`.lens-tabs [data-lens="${word}"]`);
    await tab.click();
    await page.locator(shown).waitFor();
    assert.equal(await tab.getAttribute("aria-pressed"), "true");
    assert.equal(await page.locator("#copies, #lockpic, #loadpic").count(), 1);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(await misfits(page), []);
  }
  assert.equal(await lens(r), "replicas,load");
});

test("the lens Load says what the journal says: who answered, how long it took, who waits where, and why a read went there", async ({ open }) => {
  const { page, r } = await open({ fragment: `${BUSY}&lens=load,lock` });
  const journal = await r.journal();
  const now = await r.now();
  const asked = new Map(facts(journal, "invoked").map((fact) => [fact.op, fact.at]));
  const took = facts(journal, "answered").filter((fact) => fact.at > now - 5_000 && asked.has(fact.op)).map((fact) => fact.at - asked.get(fact.op));
  took.sort((a, b) => a - b);
  assert.ok(took.length > 50, "something happens");
  assert.equal(await figure(page, "answered"), Math.floor(took.length * 2) / 10);
  const shown = async (name) => {
    const text = await page.locator(`.load [data-figure="${name}"]`).innerText();
    return Number.parseFloat(text) * (text.includes("ms") ? 1 : 1_000);
  };
  for (const [name, part] of [["p50", 0.5], ["p99", 0.99]]) {
    const wanted = took[Math.ceil(took.length * part) - 1];
    assert.ok(Math.abs((await shown(name)) - wanted) <= 5.5, `${name}: ${wanted} ms`);
  }
  assert.equal(await page.locator('.load [data-node="C"] .none').count(), 1, "who is down has no queue");
  const answers = await page.locator(".load [data-node]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.answers)));
  assert.equal(answers.reduce((sum, n) => sum + n, 0), took.length, "every answer is somebody's");
  for (const node of await page.locator('[data-kind="node"][data-queued]').all()) {
    const [id, queued] = [await node.getAttribute("data-id"), await node.getAttribute("data-queued")];
    assert.equal(await page.locator(`.load [data-node="${id}"]`).getAttribute("data-at-it"), queued, "the ring shows the same");
  }
  // Whoever had least got the read.
  const choice = await page.locator(".load [data-choice]").first().innerText();
  const [own, ...others] = choice.split(": ")[1].match(/\d+/g).map(Number);
  assert.ok(others.every((n) => own <= n), choice);
  // The time bar has a row for it, the bill its figures, and readers a table.
  assert.ok((await page.locator('.timebar [data-row="load"] [data-answered]').count()) > 10);
  assert.match(await page.locator('[data-figure="toll"]').innerText(), /\d → \d/);
  assert.ok((await figure(page, "missed")) > 0);
  const table = await page.locator("#latencies-table td").allInnerTexts();
  assert.equal(table.reduce((sum, n) => sum + Number(n), 0), took.length);
  assert.deepEqual(await violations(page), []);
});

test("while time runs the lens Load follows it, and back at an instant it shows what it showed", async ({ open }) => {
  const { page, r } = await open({ fragment: `${BUSY}&lens=replicas,load` });
  const picture = () => page.locator(".load").evaluate((it) => it.innerHTML);
  const before = await picture();
  await r.play();
  await page.waitForFunction((from) => window.ringside.now() > from, (await r.now()) + 300, { polling: 100 });
  await r.pause();
  await page.waitForFunction((old) => document.querySelector(".load").innerHTML !== old, before);
  await r.seek(11_500);
  await page.waitForFunction((old) => document.querySelector(".load").innerHTML === old, before);
});

for (const [lang, shown] of [["en", "load,lock"], ["en", "replicas,load"], ["zh", "load,replicas"], ["zh", "lock,load"]]) {
  test(`with the lenses ${shown} every word fits at 1280 by 720, ${lang}`, async ({ open }) => {
    const { page } = await open({ fragment: `${BUSY}&lens=${shown}`, lang });
    assert.deepEqual(await misfits(page, { tall: false }), []);
  });
}
