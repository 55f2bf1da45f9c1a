// Every way in: pointer, keyboard, reduced motion.
import { assert, facts, test } from "../lib/check.mjs";

test("by keyboard alone: focus a node, press K, and it dies; R, and it lives", async ({ open }) => {
  const { page } = await open();
  const seat = page.locator('[data-kind="node"][data-id="D"]');
  let reached = false;
  for (let i = 0; i < 60 && !reached; i += 1) {
    await page.keyboard.press("Tab");
    reached = await page.evaluate(() => document.activeElement?.dataset?.kind === "node");
  }
  assert.ok(reached, "Tab reaches a node");
  for (let i = 0; i < 40 && (await page.evaluate(() => document.activeElement?.dataset?.id)) !== "D"; i += 1) await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement?.dataset?.id), "D", "arrows lead from one to the next");
  await page.keyboard.press("k");
  await page.locator('[data-kind="node"][data-id="D"][data-health="down"]').waitFor();
  assert.ok(await seat.evaluate((it) => it === document.activeElement), "the focus stays");
  await page.keyboard.press("r");
  await page.locator('[data-kind="node"][data-id="D"]:not([data-health="down"])').waitFor();
});

test("keys act on whom the line below the stage names, however it came to be selected, and Space plays there", async ({ open }) => {
  const { page, r } = await open({ fragment: "v=9&seed=4127&at=6" });
  const named = () => page.evaluate(() => [document.querySelector("#inspector .subject")?.textContent, document.activeElement?.dataset?.id].join());
  const is = (who) => page.waitForFunction((who) => document.querySelector("#inspector .subject")?.textContent === who && document.activeElement?.dataset?.id === who, who);
  await page.click('#ring [data-id="F"]');
  await is("F");
  await page.keyboard.press("Shift+C");
  await is("C");
  await page.keyboard.press("ArrowRight");
  await is("D");
  await page.keyboard.press("k");
  await page.locator('[data-id="D"][data-health="down"]').waitFor();
  assert.equal(await named(), "D,D");
  assert.equal(await page.locator('[data-kind="node"][data-health="down"]').count(), 1, "nobody else died");
  await page.keyboard.press("x");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.activeElement?.dataset?.id === "E");
  assert.equal(await page.evaluate(() => document.querySelector("#inspector .subject")?.textContent), "D", "a cut waits for its other end");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash.includes("cut:D:E"));
  await page.keyboard.press("Shift+B");
  await is("B");
  const at = await r.now();
  await page.keyboard.press(" ");
  await page.waitForFunction((at) => window.ringside.now() > at, at);
  assert.equal(await named(), "B,B");
});

test("on a Cyrillic and on a Greek keyboard the keys are where a Latin one has them, on the stage and in both rooms", async ({ open }) => {
  const { page, r } = await open();
  const devtools = await page.context().newCDPSession(page);
  const press = async (key, code, shift = false) => {
    for (const type of ["keyDown", "keyUp"]) await devtools.send("Input.dispatchKeyEvent", { type, key, code, modifiers: shift ? 8 : 0 });
  };
  await press("В", "KeyD", true);
  await press("л", "KeyK");
  await page.locator('[data-kind="node"][data-id="D"][data-health="down"]').waitFor();
  await press("ρ", "KeyR");
  await page.locator('[data-kind="node"][data-id="D"]:not([data-health="down"])').waitFor();
  const at = await r.now();
  await press("ю", "Period");
  await page.waitForFunction((at) => window.ringside.now() > at, at);
  await press("з", "KeyP");
  await page.locator("#room-sentence").waitFor();
  await press("л", "KeyK");
  await page.locator('[data-lane="a"] [data-node="2"][data-health="down"]').waitFor();
  await press("и", "KeyB");
  await page.locator("#book-sentence").waitFor();
  const step = () => page.evaluate(() => Number(document.querySelector(".book").dataset.step));
  const before = await step();
  await press("ю", "Period");
  await page.waitForFunction((before) => Number(document.querySelector(".book").dataset.step) > before, before);
  await press("κ", "KeyK");
  await page.waitForFunction(() => location.search.includes(":kill:"));
});

test("by pointer alone: click a node, click what to do, step, and read the sentence", async ({ open }) => {
  const { page, r } = await open();
  await page.locator('[data-kind="node"][data-id="E"]').click();
  await page.locator('[data-act="kill E"]').click();
  await page.locator('[data-kind="node"][data-id="E"][data-health="down"]').waitFor();
  const said = await page.locator("#sentence").innerText();
  await page.locator("#on").click();
  await page.waitForFunction((said) => document.querySelector("#sentence").innerText !== said, said);
  assert.equal(facts(await r.journal(), "kill", { who: "E" }).length, 1);
  const dead = page.locator('[data-act="kill E"]');
  assert.equal(await dead.getAttribute("aria-disabled"), "true", "the dead cannot be killed");
  assert.ok((await dead.getAttribute("data-reason")).length > 3, "and the button says why");
});

test("Space plays and pauses; nothing moves while it is paused", async ({ open }) => {
  const { page, r } = await open();
  const from = await r.now();
  await page.keyboard.press("Space");
  await page.waitForFunction((from) => window.ringside.now() > from, from);
  await page.keyboard.press("Space");
  await page.locator('#play[data-playing="false"]').waitFor();
  const at = await r.now();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))));
  assert.equal(await r.now(), at);
});

test("with reduced motion play goes on, from fact to fact, and no style animates", async ({ open }) => {
  const { page, r } = await open({ calm: true });
  const from = await r.now();
  await r.act("kill C");
  await r.play();
  await page.waitForFunction((from) => window.ringside.now() > from, from);
  await r.pause();
  const moving = await page.evaluate(() => document.getAnimations().filter((one) => one.playState === "running" && one.effect.getTiming().duration > 1).length);
  assert.equal(moving, 0);
});
