// The textbook's lock: a room of its own, opened from the page, by key or by link; steps forwards and backwards; its repairs' stories.
import { violations } from "../lib/audit.mjs";
import { assert, test } from "../lib/check.mjs";

const said = (page) => page.locator("#book-sentence").innerText();
const query = (page) => page.evaluate(() => location.search);
const row = async (page, name) => page.locator(`.book [data-row="${name}"]`).getAttribute("data-value");
const step = async (page) => Number(await page.locator(".book").getAttribute("data-step"));

// All that the room shows: its text, and every attribute that means something.
const shown = (page) =>
  page.evaluate(() => {
    const named = /^(data-|aria-)/;
    const all = [...document.querySelectorAll(".book, .book *")];
    const attributes = all.map((one) => [...one.attributes].filter(({ name }) => named.test(name)).map(({ name, value }) => `${name}=${value}`).sort().join(" "));
    return [document.querySelector(".book").textContent, ...attributes].join("\n");
  });

async function opened(open, text, options = {}) {
  const { page } = await open({ query: `?textbook=${text}`, ...options });
  await page.locator("#book-sentence").waitFor();
  return page;
}

// Presses a key, and waits until the step is another.
async function press(page, key) {
  const before = await step(page);
  await page.keyboard.press(key);
  await page.waitForFunction((before) => document.querySelector(".book").dataset.step !== String(before), before);
}

// Steps on in the page itself until `found` is true of the room.
const until = (page, found, most = 400) =>
  page.evaluate(
    async ([found, most]) => {
      const book = document.querySelector(".book");
      const is = new Function("book", `return ${found}`);
      for (let n = 0; n < most && !is(book); n += 1) {
        const before = book.dataset.step;
        document.querySelector('.book [data-act="step"]').click();
        for (let turn = 0; turn < 100 && book.dataset.step === before && !book.dataset.stop; turn += 1) await new Promise((then) => requestAnimationFrame(then));
      }
      if (!is(book)) throw new Error(`not within ${most} steps: ${found}`);
      return Number(book.dataset.step);
    },
    [found, most],
  );
const doing = (word, count = 1) => `book.querySelectorAll('[data-doing="${word}"]').length >= ${count}`;

for (const by of ["click", "key"]) {
  test(`the textbook's lock opens by ${by}; nothing of it was fetched before, and the run is kept`, async ({ open }) => {
    const { page, r, fetched } = await open();
    const digest = await r.digest();
    assert.deepEqual(fetched.filter((url) => /\/room[^/]*$/.test(new URL(url).pathname)), []);
    if (by === "key") await page.keyboard.press("b");
    else await page.locator("#textbook").click();
    await page.locator("#book-sentence").waitFor();
    assert.equal(await page.locator("#ring").isVisible(), false, "it stands in place of the stage");
    assert.ok(await page.evaluate(() => document.activeElement?.id === "book-sentence"), "the focus is on the sentence");
    assert.equal(await page.locator("#room-sentence").count(), 0, "the placement room has not begun");
    await press(page, ".");
    assert.equal(await query(page), "?textbook=textbook,at:1");
    if (by === "key") await page.keyboard.press("Escape");
    else await page.locator('.book [data-act="back"]').click();
    await page.locator("#ring").waitFor();
    assert.deepEqual([await r.digest(), await query(page)], [digest, ""]);
    assert.ok(await page.evaluate(() => document.activeElement?.id === "textbook"), "the focus is where it came from");
    await page.keyboard.press("b");
    await page.locator("#book-sentence").waitFor();
    assert.equal(await query(page), "?textbook=textbook,at:1", "and the run of the room is kept as well");
  });
}

test("from room to room and back: each keeps its part of the address to itself", async ({ open }) => {
  const page = await opened(open, "lease,seed:7");
  await page.keyboard.press("p");
  await page.locator("#room-sentence").waitFor();
  await page.waitForFunction(() => location.search === "?place=modulo,ring");
  assert.equal(await page.locator("#book-sentence").isVisible(), false);
  await page.keyboard.press("b");
  await page.locator("#book-sentence").waitFor();
  await page.waitForFunction(() => location.search === "?textbook=lease,seed:7");
  assert.equal(await page.locator("#room-sentence").isVisible(), false);
});

for (const variant of ["textbook", "condition", "lease", "token"]) {
  test(`steps forwards and as many back show the same again, ${variant}`, async ({ open }) => {
    const page = await opened(open, `${variant},20:freeze:2,30:thaw:2`);
    const seen = [await shown(page)];
    for (let n = 1; n <= 45; n += 1) {
      await press(page, ".");
      seen.push(await shown(page));
    }
    assert.equal(new Set(seen).size, 46, "every step shows something else");
    for (let n = 44; n >= 0; n -= 1) {
      await press(page, ",");
      assert.equal(await shown(page), seen[n], `step ${n}`);
    }
  });
}

test("in the textbook, after 300 steps nobody is past the loop, one holds the mutex, and one line is printed", async ({ open }) => {
  const page = await opened(open, "textbook");
  await until(page, "book.dataset.step === '300'");
  const lines = await page.locator(".book .row").evaluateAll((rows) => rows.map((row) => [row.dataset.doing, Number(row.dataset.line)]));
  assert.equal(lines.filter(([doing]) => doing === "loops").length, 1);
  assert.equal(lines.filter(([doing, line]) => doing === "blocked" && line === 6).length, 4);
  assert.match(await row(page, "mutex"), /^[1-5]$/);
  assert.deepEqual(await page.locator(".output li").allInnerTexts(), [`${await row(page, "mutex")} wants the lock`]);
  assert.match(await page.locator(".faults").innerText(), /RuntimeError/);
  // All chips of one line stand beside each other, none over another.
  const chips = await page.locator('.code [data-line="6"] .chip').evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right]));
  assert.equal(chips.length, 4);
  for (let i = 1; i < chips.length; i += 1) assert.ok(chips[i][0] >= chips[i - 1][1], "they do not overlap");
});

test("under the condition all five get in, one after the other, and end", async ({ open }) => {
  const page = await opened(open, "condition");
  await until(page, "book.dataset.stop === 'over'");
  assert.equal(await page.locator('.book [data-doing="done"]').count(), 5);
  assert.equal(await page.locator('.document [data-fate="kept"]').count(), 5);
  assert.match(await said(page), /All threads have ended\.$/);
  assert.equal(await page.locator('.book [data-act="step"]').getAttribute("aria-disabled"), "true");
});

test("a holder that dies blocks all under the condition, and nobody under the lease", async ({ open }) => {
  const page = await opened(open, "condition");
  await until(page, doing("works"));
  const who = await page.locator('.book [data-doing="works"]').getAttribute("data-thread");
  await page.keyboard.press(who);
  await press(page, "k");
  assert.equal(await said(page), `Thread ${who} is killed. The lock stays marked as held.`);
  await until(page, "book.dataset.stop === 'stuck'");
  assert.match(await said(page), /wait for ever/);
  assert.deepEqual([await row(page, "holder"), (await row(page, "waiters")).split(" ").length], [who, 4]);
  // The same with the lease, as a ready run.
  await page.locator('.book input[data-act="lease"]').check();
  await page.keyboard.press("d");
  await page.locator('.book [data-doing="dead"]').waitFor();
  await until(page, "book.dataset.stop === 'over'");
  assert.equal(await page.locator('.book [data-doing="done"]').count(), 4);
});

test("a holder that sleeps through its lease costs a line; with tokens it is refused and no line is lost", async ({ open }) => {
  const page = await opened(open, "lease");
  await page.keyboard.press("s");
  await page.locator('.book [data-frozen="true"]').waitFor();
  const late = await page.locator('.book [data-frozen="true"]').getAttribute("data-thread");
  await until(page, "book.querySelector('[data-row=lease]').dataset.value === '0'");
  await page.locator(`.book [data-thread="${late}"][data-late="true"]`).waitFor();
  await until(page, "book.dataset.stop === 'over'");
  assert.ok((await page.locator('.document [data-fate="lost"] del').count()) >= 1);
  await page.locator('.book input[data-act="token"]').check();
  await page.keyboard.press("s");
  await page.locator('.book [data-frozen="true"]').waitFor();
  await until(page, doing("refused"));
  assert.match(await said(page), /^The document refuses thread \d: token \d is below \d/);
  await until(page, "book.dataset.stop === 'over'");
  assert.deepEqual([await page.locator('.document [data-fate="lost"]').count(), await page.locator('.document [data-fate="kept"]').count()], [0, 4]);
  assert.equal(await page.locator(".seen").getAttribute("data-highest"), "5");
});

test("a link holds variant, seed, actions and step, and opens the very same", async ({ open }) => {
  const page = await opened(open, "token,seed:7");
  await page.keyboard.press("s");
  await page.locator('.book [data-frozen="true"]').waitFor();
  await until(page, doing("refused"));
  const [text, all] = [await query(page), await shown(page)];
  assert.match(text, /^\?textbook=token,seed:7,\d+:freeze:(\d),\d+:thaw:\1,at:\d+$/);
  const again = await opened(open, text.slice("?textbook=".length));
  assert.equal(await shown(again), all);
});

for (const [text, says] of [["mutex", /no variant “mutex”/], ["lease,at:9999", /between 0 and 2000/], ["lease,3:kill:9", /between 1 and 5/], ["condition,at:1999", /part 2/], ["%3Cimg%20src=x%3E", /img/]]) {
  test(`a link to a run that cannot be, ${text}, opens the usual one and says what is wrong`, async ({ open }) => {
    const page = await opened(open, text);
    assert.match(await said(page), says);
    assert.equal(await page.locator("#book-sentence img").count(), 0, "foreign text stays text");
    assert.deepEqual([await page.locator(".book").getAttribute("data-variant"), await step(page)], ["textbook", 0]);
  });
}

test("it plays by itself until it is stopped, and nothing moves then", async ({ open }) => {
  const page = await opened(open, "condition");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => Number(document.querySelector(".book").dataset.step) >= 2);
  assert.equal(await page.locator("#book-sentence").getAttribute("aria-live"), "off", "it does not talk without end");
  await page.keyboard.press("Space");
  await page.locator('.book[data-playing="false"]').waitFor();
  const before = await shown(page);
  await press(page, ".");
  await press(page, ",");
  assert.equal(await shown(page), before);
  assert.equal(await page.locator("#book-sentence").getAttribute("aria-live"), "polite");
});

test("by keyboard alone: Tab reaches everything, arrows choose the variant, keys do the rest", async ({ open }) => {
  const page = await opened(open, "textbook");
  const reached = new Set();
  for (let n = 0; n < 30; n += 1) {
    await page.keyboard.press("Tab");
    const [name, ring] = await page.evaluate(() => {
      const one = document.activeElement;
      return [one.dataset.act ?? one.dataset.thread ?? one.tagName, getComputedStyle(one).outlineStyle];
    });
    reached.add(name);
    if (name !== "BODY") assert.notEqual(ring, "none", `${name} shows the focus`);
  }
  for (const name of ["back", "language", "theme", "textbook", "1", "2", "3", "4", "5", "restart", "step back", "play", "step", "seed back", "seed on", "kill", "freeze", "thaw", "dies", "sleeps"]) {
    assert.ok(reached.has(name), `${name}: ${[...reached]}`);
  }
  await page.locator('.book input[data-act="textbook"]').focus();
  await page.keyboard.press("ArrowRight");
  await page.locator('.book[data-variant="condition"]').waitFor();
  assert.equal(await step(page), 0, "the arrow chose, and did not step");
  await press(page, ".");
  await page.keyboard.press("4");
  await press(page, "f");
  await page.locator('.book [data-thread="4"][data-frozen="true"]').waitFor();
  assert.equal(await said(page), "Thread 4 is frozen, and keeps what it has.");
  await press(page, "t");
  await page.keyboard.press("t");
  await page.waitForFunction(() => document.querySelector("#book-sentence").textContent === "Thread 4 is not frozen.");
  await press(page, "0");
  await page.keyboard.press("=");
  await page.waitForFunction(() => location.search === "?textbook=condition,seed:2");
});

for (const lang of ["en", "zh"]) {
  for (const theme of ["light", "dark"]) {
    test(`axe finds nothing serious in the textbook's lock, ${lang}, ${theme}`, async ({ open }) => {
      const page = await opened(open, "textbook,at:60", { lang, theme });
      assert.deepEqual(await violations(page), []);
      await page.locator('.book input[data-act="token"]').check();
      await page.keyboard.press("s");
      await page.locator('.book [data-frozen="true"]').waitFor();
      assert.deepEqual(await violations(page), []);
      await until(page, doing("refused"));
      assert.deepEqual(await violations(page), []);
    });
  }
  test(`at 360 pixels the textbook's lock does not scroll sideways, ${lang}`, async ({ open }) => {
    for (const text of ["textbook,at:60", "token,at:120"]) {
      const page = await opened(open, text, { lang, width: 360, height: 780 });
      assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), 360);
    }
  });
  test(`at 1280 by 720 the textbook's lock does not scroll, ${lang}, and every target is at least 24 pixels`, async ({ open }) => {
    for (const text of ["textbook,at:60", "lease", "token"]) {
      const page = await opened(open, text, { lang });
      if (text !== "textbook,at:60") await until(page, "book.dataset.stop === 'over'");
      assert.deepEqual(await page.evaluate(() => [document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]), [1280, 720], text);
      const small = await page.locator(".book :is(button, label)").evaluateAll((all) =>
        all.filter((one) => one.checkVisibility()).map((one) => [one.dataset.act ?? one.tagName, one.getBoundingClientRect()]).filter(([, { width, height }]) => width < 24 || height < 24).map(([act]) => act),
      );
      assert.deepEqual(small, []);
    }
  });
}

test("in Chinese every visible word is Chinese, what the program itself says aside", async ({ open }) => {
  for (const variant of ["textbook", "condition", "lease", "token"]) {
    const page = await opened(open, variant, { lang: "zh" });
    await page.keyboard.press("s");
    await page.locator('.book [data-frozen="true"]').waitFor();
    for (let n = 0; n < 40; n += 1) {
      await press(page, ".");
      const words = await page.evaluate(() => {
        const text = [...document.querySelectorAll(".book h1, .book main")].map((one) => {
          const copy = one.cloneNode(true);
          for (const code of copy.querySelectorAll("code")) code.replaceWith([...code.querySelectorAll("i")].map((remark) => remark.textContent).join(" "));
          return copy.textContent;
        });
        return [...text.join(" ").matchAll(/[A-Za-z]{2,}/g)].map((match) => match[0]);
      });
      assert.deepEqual(words, []);
    }
  }
});

test("the browser's Back leaves a room, Forward enters it again, and a room that was opened often leaves one entry behind", async ({ open, site }) => {
  const { page, r } = await open();
  const digest = await r.digest();
  const is = (name) => page.waitForFunction((name) => (document.documentElement.dataset.room ?? null) === name, name);
  const entries = () => page.evaluate(() => history.length);
  const before = await entries();
  for (let i = 0; i < 3; i += 1) {
    await page.keyboard.press("b");
    await page.locator("#book-sentence").waitFor();
    await page.keyboard.press("Escape");
    await is(null);
  }
  await page.keyboard.press("b");
  await page.waitForFunction(() => location.search.includes("textbook="));
  assert.equal(await entries(), before + 1);
  await page.goBack();
  await is(null);
  assert.equal(await page.evaluate(() => location.search), "");
  assert.equal(await r.digest(), digest, "the run waits");
  await page.goForward();
  await is("textbook");
  await page.locator("#book-sentence").waitFor();
  assert.match(await page.evaluate(() => location.search), /textbook=/);
  await page.goBack();
  await is(null);
  assert.ok(page.url().startsWith(site.home), "still this page");
});

test("from the accident to its price by one key, fact by fact, and the lit line is the one that ran", async ({ open }) => {
  const page = await opened(open, "lease");
  await page.keyboard.press("s");
  await page.locator('.book [data-frozen="true"]').waitFor();
  assert.equal(await page.locator(".book [aria-current]").count(), 0, "an action runs no line");
  let presses = 0;
  while (!(await page.locator('.book [data-fate="lost"]').count())) {
    presses += 1;
    assert.ok(presses <= 16, "no line is lost");
    await page.keyboard.press(">");
  }
  assert.match(await page.locator("#book-sentence").innerText(), /is lost\.$/);
  assert.match(await page.locator(".book [aria-current] code").innerText(), /document\.write/);
  assert.equal(await page.locator('.book [data-fate="lost"] b').evaluate((it) => getComputedStyle(it.parentElement.parentElement).textDecorationLine), "none", "why it is lost can be read");
});

test("in both rooms `?` and its button list the keys; the list keeps the keys to itself, and gives the focus back", async ({ open }) => {
  for (const [query, word, key] of [["?textbook=token,at:30", "textbook", "k"], ["?place=modulo,ring", "placement", "a"]]) {
    for (const lang of ["en", "zh"]) {
      const { page, context } = await open({ query, lang });
      const list = page.locator(`#${word}-keys`);
      const button = page.locator('.room:not([hidden]) header [data-act="keys"]');
      await button.waitFor();
      for (const show of [() => button.click(), () => page.keyboard.press("?")]) {
        await button.focus();
        await show();
        await list.waitFor();
        assert.ok((await list.locator("kbd").count()) >= 9, "each key has its line");
        assert.deepEqual(await violations(page), []);
        const small = await list.locator("button").evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width < 24 || height < 24));
        assert.deepEqual(small, []);
        const before = await page.evaluate(() => location.search);
        await page.keyboard.press(key);
        await page.keyboard.press("Escape");
        await list.waitFor({ state: "hidden" });
        assert.equal(await page.evaluate(() => location.search), before, "no key reached the room");
        assert.ok(await button.isVisible(), "Escape closed the list and not the room");
        assert.ok(await button.evaluate((one) => one === document.activeElement), "the focus is where it was");
      }
      await context.close();
    }
  }
});

test("what the visitor did in a run that was replaced is told, and Undo brings it back, by key and by button, on a phone too", async ({ open }) => {
  for (const options of [{}, { width: 360, height: 780 }]) {
    const page = await opened(open, "lease,9:kill:4,at:20", options);
    const undo = page.locator('.book [data-act="undo"]');
    const mine = await query(page);
    assert.equal(await undo.getAttribute("aria-disabled"), "true");
    for (const [replaces, brings] of [["d", () => page.keyboard.press("u")], ["0", () => undo.click()]]) {
      await page.keyboard.press(replaces);
      await page.waitForFunction((mine) => location.search !== mine, mine);
      assert.match(await said(page), /^Your action in the run before is gone; Undo \(U\) brings it back\. /);
      await brings();
      await page.waitForFunction((mine) => location.search === mine, mine);
    }
  }
});
