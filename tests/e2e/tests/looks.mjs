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
