// Who believes whom dead, beside the truth: the lens Doubt, by pointer, by keyboard, on a phone.
import { violations } from "../lib/audit.mjs";
import { assert, test } from "../lib/check.mjs";
import { misfits } from "../lib/fit.mjs";

const cell = (page, observer, about) => page.locator(`.belief[data-observer="${observer}"][data-about="${about}"]`);
const pair = (page) => page.locator(".why-doubt").evaluate((it) => [it.dataset.observer, it.dataset.about]);

test("the lens Doubt sets beliefs beside the truth, and says of a chosen pair why, by touch or by lists", async ({ open }) => {
  const { page, r } = await open({ fragment: "v=9&seed=4127&detector=akka&do=8:kill:C&at=8.5&lens=doubt,lock" });
  for (const observer of ["K1", "K2", "K3"]) assert.equal(await cell(page, observer, "C").getAttribute("data-so"), "not-yet");
  await r.seek(9_500);
  for (const observer of ["K1", "K2", "K3"]) assert.equal(await cell(page, observer, "C").getAttribute("data-so"), "right");
  assert.match(await cell(page, "K1", "C").innerText(), /is dead/);
  await cell(page, "K1", "B").click();
  assert.deepEqual(await pair(page), ["K1", "B"]);
  // By lists, which the keyboard reaches.
  await page.locator('.why-doubt [name="about"]').selectOption("C");
  assert.deepEqual(await pair(page), ["K1", "C"]);
  assert.match(await page.locator(".phi").getAttribute("aria-label"), /Akka φ .* suspicious at 8/);
  assert.equal(await page.locator(".phi .level").count(), 3);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await misfits(page), []);
});

test("a case of the lens Doubt opens with it, and members that probe tell each other, on a phone and in Chinese too", async ({ open }) => {
  const { page, r } = await open({ width: 360, height: 780, lang: "zh", fragment: "v=9&seed=4127" });
  await page.keyboard.press("l");
  await page.locator('[data-case="slow-accuser"]').click();
  await page.locator("#doubtpic .beliefs").waitFor();
  assert.match(await page.locator("#sentence").innerText(), /C 的消息慢了十倍/);
  await r.seek(12_000);
  assert.ok((await page.locator('.accusations [data-deserved="false"]').count()) > 0);
  assert.equal(await page.locator(".belief").count(), 9 * 8);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await misfits(page), []);
});
