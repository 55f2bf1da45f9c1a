// The lock's picture and its ready runs: three beliefs side by side, a document with its history, people who keep their elements.
import { violations } from "../lib/audit.mjs";
import { assert, facts, figure, test, until } from "../lib/check.mjs";

const ZOMBIE = "v=9&seed=4127&clients=2&do=3.6:freeze:c2,8:thaw:c2&at=3.5";
const UNFENCED = ZOMBIE.replace("clients=2", "clients=2&off=fencing");
const said = (page) => page.locator("#sentence").innerText();
const line = (page) =>
  page.evaluate(() => {
    const people = [...document.querySelectorAll(".lock [data-place]")].filter((one) => Number(one.dataset.place) > 0);
    return people.sort((a, b) => a.dataset.place - b.dataset.place).map((one) => one.dataset.client);
  });

test("the leading coordinator dies with five in line: another leads, and the line is served in the order in which it stood", async ({ open }) => {
  const { page, r } = await open({ fragment: "v=9&seed=4127&workers=6&at=2" });
  for (let i = 0; i < 400 && (await line(page)).length < 5; i += 1) await r.step("fact");
  const before = await line(page);
  assert.equal(before.length, 5);
  const leader = await page.locator('[data-kind="coordinator"][data-role="leader"]').getAttribute("data-id");
  const from = (await r.journal()).at(-1).seq;
  await r.act(`kill ${leader}`);
  assert.deepEqual(await line(page), before, "nobody has moved");
  const grants = (journal) => facts(journal, "lock-granted").filter((fact) => fact.seq > from).map((fact) => fact.session.split(".")[0]);
  const elected = await until(r, (journal) => facts(journal, "elected").find((fact) => fact.seq > from));
  assert.notEqual(elected.who, leader);
  assert.deepEqual((await line(page)).slice(0, 1), before.slice((await page.locator('[data-place="0"]').getAttribute("data-client")) === before[0] ? 1 : 0).slice(0, 1));
  const served = await until(r, (journal) => (grants(journal).length >= 5 ? grants(journal) : null), 2_000);
  assert.deepEqual(served.slice(0, 5), before, "first come, first served, whoever leads");
  assert.equal(await page.locator('[data-state="broken"]').count(), 0);
});

for (const [lang, words] of [
  ["en", { freeze: /frozen|stands still|Freeze/i, granted: /^c2's session has ended: c4 is granted the lock orders, with token 5/, refused: /refused c2.*its token 4 is smaller than \d/, watch: /zombie|Watch the fence/ }],
  ["zh", { freeze: /冻结/, granted: /^c2 的会话已结束：锁 orders 归 c4，令牌是 5/, refused: /c2.*令牌 4.*\d/, watch: /看栅栏/ }],
]) {
  test(`the zombie, opened from the list and told fact by fact, ${lang}`, async ({ open }) => {
    const { page, r } = await open({ lang });
    await page.keyboard.press("l");
    await page.locator("#cases-dialog[open]").waitFor();
    assert.deepEqual(await violations(page), []);
    const link = page.locator('[data-case="zombie"]');
    for (let i = 0; i < 12 && !(await link.evaluate((one) => one === document.activeElement)); i += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForFunction((at) => window.ringside.now() === at, 2_900);
    assert.equal(await page.locator("#cases-dialog[open]").count(), 0);
    assert.match(await said(page), words.watch);
    assert.equal(await page.locator('[data-place="in"]').count(), 1, "one acts, and it is the holder");
    const told = [];
    const goTo = async (kind, fields) => {
      const at = (await r.journal()).length;
      await until(r, (journal) => facts(journal.slice(at), kind, fields)[0]);
      told.push(await said(page));
    };
    await goTo("freeze", {});
    assert.match(told.at(-1), words.freeze);
    // Its lease ends and the next one is granted the lock in the same instant.
    await goTo("lock-granted", { token: 5 });
    assert.match(told.at(-1), words.granted);
    assert.equal(facts(await r.journal(), "session-ended", { held: 4 }).length, 1);
    // Three beliefs, side by side: the server's, the sleeper's, the store's.
    await page.locator('[data-place="0"][data-client="c4"][data-token="5"]').waitFor();
    const zombie = page.locator('[data-place="out"][data-client="c2"][data-token="4"]');
    await zombie.waitFor();
    assert.equal(await page.locator('[data-kind="client"][data-id="c2"]').getAttribute("data-role"), "zombie");
    await page.locator('[data-kind="client"][data-id="c2"]').click();
    const about = await page.locator("#about").innerText();
    assert.match(about, /4/);
    assert.match(about, /c4.*5/, "what is so stands beside what it believes");
    assert.deepEqual(await violations(page), []);
    await goTo("thaw", {});
    assert.equal(await page.locator(".turned-away").count(), 0);
    await goTo("fence-refused", { token: 4 });
    assert.match(told.at(-1), words.refused);
    assert.equal(await page.locator(".turned-away").count(), 1, "turned away at the fence");
    await zombie.waitFor();
    assert.equal(await page.locator('[data-fate="lost"]').count(), 0);
    assert.ok((await page.locator("#document-list li").last().innerText()).includes("c2"), "the history has the refusal");
    assert.equal(await page.locator('[data-state="broken"]').count(), 0);
    assert.equal(new Set(told).size, told.length, "every step has a sentence of its own");
    await r.step("-fact");
    assert.equal(await page.locator(".turned-away").count(), 0, "a step back undoes it");
  });
}

test("without fencing the sleeper's write strikes out lines it had not read, a promise breaks, and a step back mends both", async ({ open }) => {
  const { page, r } = await open({ fragment: UNFENCED });
  assert.equal(await page.locator(".fence.off").count(), 1, "no fence is to be seen");
  const lost = page.locator('[data-fate="lost"]');
  for (let i = 0; i < 200 && (await lost.count()) === 0; i += 1) await r.step("fact");
  assert.ok((await lost.count()) > 0);
  assert.ok((await lost.first().evaluate((one) => getComputedStyle(one.querySelector("text")).textDecorationLine)).includes("line-through"));
  await page.locator('[data-promise="one-effective"][data-state="broken"]').waitFor();
  assert.equal(await figure(page, "overwritten"), await lost.count());
  await r.step("-fact");
  assert.equal(await lost.count(), 0);
  assert.equal(await page.locator('[data-promise="one-effective"]').getAttribute("data-state"), "kept");
});

test("the list of ready runs closes with Escape, and the focus is where it was", async ({ open }) => {
  const { page } = await open();
  await page.locator("#cases").focus();
  await page.keyboard.press("Enter");
  await page.locator("#cases-dialog[open]").waitFor();
  assert.equal(await page.locator("[data-case]").count(), 28);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("#cases-dialog").open);
  assert.equal(await page.evaluate(() => document.activeElement.id), "cases");
});

test("every ready run opens at its instant, standing still, and says what to watch", async ({ open }) => {
  const { page, r } = await open();
  const runs = await page.locator("[data-case]").evaluateAll((all) => all.map((one) => [one.getAttribute("href"), one.parentElement.querySelector("p").textContent]));
  for (const [href, watch] of runs) {
    await page.evaluate((href) => {
      location.hash = href;
    }, href);
    await page.waitForFunction((watch) => document.querySelector("#sentence").textContent.startsWith(watch), watch);
    assert.equal(await r.now(), Math.round(Number(new URLSearchParams(href.slice(1)).get("at")) * 1_000));
    assert.ok((await page.locator("header").boundingBox()).height <= 52, `${watch}: two lines at most`);
  }
});

test("people keep their elements when the line moves up, and no figure changes its width", async ({ open }) => {
  const { page, r } = await open({ fragment: "v=9&seed=4127&workers=6&at=3", calm: true });
  for (let i = 0; i < 400 && (await line(page)).length < 4; i += 1) await r.step("fact");
  const before = await line(page);
  await page.evaluate(() => {
    for (const one of document.querySelectorAll(".lock [data-place]")) if (Number(one.dataset.place) > 0) one.mark = one.dataset.client;
  });
  const width = () => page.evaluate(() => [...document.querySelectorAll(".lock text.e.s")].filter((one) => /\d\.\d\d/.test(one.textContent)).map((one) => one.getComputedTextLength()));
  const widths = new Set();
  const first = page.locator(`[data-place="0"][data-client="${before[0]}"]`);
  for (let i = 0; i < 400 && (await first.count()) === 0; i += 1) {
    await r.step("event");
    for (const one of await width()) widths.add(one.toFixed(2));
  }
  const marks = await page.evaluate((names) => names.map((name) => [...document.querySelectorAll(`.lock [data-client="${name}"]`)].map((one) => one.mark)[0]), before);
  assert.deepEqual(marks, before, "each is the same element as before");
  assert.equal((await line(page))[0], before[1], "and stands one further");
  assert.equal(widths.size, 1, `${[...widths]}`);
});

test("a choice among several locks, by keyboard: each has its own line, document, and row of the time bar", async ({ open }) => {
  const { page } = await open({ fragment: "v=9&seed=4127&locks=3&workers=8&at=6" });
  const tab = (name) => page.locator(`.tabs [data-lock="${name}"]`);
  assert.equal(await tab("orders").getAttribute("aria-pressed"), "true");
  const tokens = () => page.locator(".timebar [data-token]").evaluateAll((all) => all.map((one) => one.dataset.token).join());
  const orders = await tokens();
  await tab("stock").focus();
  await page.keyboard.press("Enter");
  await page.locator('svg[data-lock="stock"]').waitFor();
  assert.equal(await tab("stock").getAttribute("aria-pressed"), "true");
  assert.notEqual(await tokens(), orders);
  assert.match(await page.locator("#time").innerText(), /stock/);
  assert.deepEqual(await violations(page), []);
});

test("the settings choose workers, locks, lease, delay and patience, and the link says so", async ({ open }) => {
  const { page, r } = await open();
  await page.locator("#seed").click();
  for (const [typed, holds] of [["99", "8"], ["99", "8"], ["", "8"], ["6", "6"]]) {
    await page.locator('[data-field="nodes"]').fill(typed);
    await page.locator('[data-field="nodes"]').press("Tab");
    assert.equal(await page.locator('[data-field="nodes"]').inputValue(), holds, `typed ${typed}`);
  }
  const wanted = { workers: "6", locks: "2", lease: "4", delay: "2", patience: "9" };
  for (const [field, value] of Object.entries(wanted)) {
    await page.locator(`[data-field="${field}"]`).fill(value);
    await page.locator(`[data-field="${field}"]`).press("Tab");
  }
  assert.deepEqual(await violations(page), []);
  await page.locator("#begin").click();
  await page.locator('.tabs [data-lock="stock"]').waitFor();
  const link = new URLSearchParams(new URL(await r.link()).hash.slice(1));
  assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, link.get(key)])), wanted);
});

// No word of the picture lies on another, and none leaves it: whoever stands before the fence, whoever waits.
const touching = (page) =>
  page.evaluate(() => {
    const svg = document.querySelector("svg.lock").getBoundingClientRect();
    const words = [...document.querySelectorAll("svg.lock text")].filter((one) => one.textContent.trim());
    const boxes = words.map((one) => [one.textContent, one.getBoundingClientRect()]);
    const out = boxes.filter(([, box]) => box.left < svg.left - 1 || box.right > svg.right + 1).map(([text]) => `outside: ${text}`);
    boxes.forEach(([a, one], i) =>
      boxes.slice(i + 1).forEach(([b, other]) => {
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        // A line's box is higher than its letters.
        const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (wide > 0.5 && high > 5) out.push(`${a} | ${b}`);
      }),
    );
    return out;
  });

for (const lang of ["en", "zh"]) {
  for (const [width, height] of [[1280, 720], [360, 780], [1920, 1080]]) {
    test(`no word of the lock's picture touches another, ${lang}, ${width} pixels wide`, async ({ open }) => {
      for (const fragment of [ZOMBIE, UNFENCED, UNFENCED.replace("off=", "delay=5&off="), "v=9&seed=4127&workers=8&at=3.5"]) {
        // On one column one lens is shown at a time.
        const { page, r, context } = await open({ fragment: `${fragment}&lens=lock,replicas`, lang, width, height, calm: true });
        for (let i = 0; i < 12; i += 1) {
          await r.seek((await r.now()) + 500);
          assert.deepEqual(await touching(page), [], `${fragment} at ${await r.now()}`);
        }
        assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), width);
        await context.close();
      }
    });
  }
}
