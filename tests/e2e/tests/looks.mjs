// For everybody: contrast, names, roles (axe), a phone, both languages, both themes.
import { violations } from "../lib/audit.mjs";
import { assert, test } from "../lib/check.mjs";

for (const lang of ["en", "zh"]) {
  for (const theme of ["light", "dark"]) {
    test(`axe finds nothing serious, ${lang}, ${theme}, at rest and in the middle of a fail-over`, async ({ open }) => {
      const { page, r } = await open({ lang, theme });
      assert.ok((await page.evaluate(() => document.documentElement.lang)).startsWith(lang), "the page knows its language");
      assert.deepEqual(await violations(page), []);
      await r.act("kill C");
      await r.seek((await r.now()) + 1_500);
      await page.locator('[data-kind="node"][data-id="C"][data-health="down"]').waitFor();
      assert.deepEqual(await violations(page), []);
    });
  }
}

test("in Chinese every visible word is Chinese, the names of things aside", async ({ open }) => {
  const { page, r } = await open({ lang: "zh" });
  await r.act("kill C");
  await r.seek((await r.now()) + 4_000);
  await page.locator('[data-kind="node"][data-id="C"][data-health="down"]').waitFor();
  const words = await page.evaluate(() => {
    const text = document.body.innerText.replaceAll(/\b(Ringside|English|EN|Space|Esc|orders|ms|s|[A-H]|[KLc]\d)\b/g, "");
    return [...text.matchAll(/[A-Za-z]{3,}/g)].map((match) => match[0]);
  });
  assert.deepEqual(words, []);
});

for (const lang of ["en", "zh"]) {
  test(`at 360 pixels nothing scrolls sideways, ${lang}`, async ({ open }) => {
    const { page, r } = await open({ lang, width: 360, height: 780 });
    const wide = () => page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.equal(await wide(), 360);
    await r.act("kill C");
    await r.seek((await r.now()) + 2_000);
    await page.locator('[data-kind="node"][data-id="C"][data-health="down"]').waitFor();
    assert.equal(await wide(), 360);
  });
}

test("at 1280 by 720 nothing scrolls at all", async ({ open }) => {
  const { page } = await open();
  const size = await page.evaluate(() => [document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]);
  assert.deepEqual(size, [1280, 720]);
});

test("six broken promises beside the stage: three are read, the rest counted, and nothing lies on anything", async ({ open }) => {
  const { page } = await open({ fragment: "v=9&seed=3&loss=30&off=fencing,lock-lease,fair-queue,token-survives,primary-lease,stored-ack,in-sync-promotion,truncate,op-results,majority,vote-persisted,current-term,re-check,view-check&do=2:kill:K1,3:revive:K1,4:isolate:A,5:freeze:c1,6:kill:B,7:kill:K2,7.5:revive:K2,8:heal:A,9:thaw:c1,10:revive:B,11:isolate:K3,12:freeze:c2,14:heal:K3&at=16" });
  await page.locator(".promises .more").waitFor();
  const found = await page.evaluate(() => {
    const box = (it) => it.getBoundingClientRect();
    const lines = [...document.querySelectorAll(".promises li")].filter((it) => box(it).height > 5 && getComputedStyle(it).clipPath === "none");
    const words = [...document.querySelectorAll("#lockpic text")].map((it) => box(it).bottom);
    return {
      broken: document.querySelectorAll(".promises [data-state=broken]").length,
      read: lines.length - 1,
      more: Number(lines.at(-1).textContent.match(/\d+/)[0]),
      // Letters have room below them in their box.
      room: box(document.querySelector(".bill dl div")).top - Math.max(...words),
    };
  });
  assert.ok(found.broken > 4, `it takes more than four: ${found.broken}`);
  assert.deepEqual([found.read, found.more], [3, found.broken - 3]);
  assert.ok(found.room > -5, `the bill lies ${-found.room} px on the lock`);
});

for (const width of [360, 1280]) {
  test(`what is wrong with a link is said to its last word, ${width} pixels wide`, async ({ open }) => {
    const { page } = await open({ width, height: width < 700 ? 780 : 720, fragment: "v=9&off=fencing,nonsense-that-nobody-ever" });
    const notice = page.locator("#notice");
    assert.match(await notice.innerText(), /nonsense-that-nobody-ever.*instead\.$/s);
    const [inside, shown] = await notice.evaluate((it) => [it.scrollHeight, it.clientHeight]);
    assert.ok(inside <= shown, `${inside - shown} px of it are cut off`);
  });
}
