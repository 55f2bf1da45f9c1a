// The page does not depend on which faces are installed: set in narrower, wider and taller ones, nothing is cut off or lies on anything.
import { assert, test } from "../lib/check.mjs";
import { FACES, misfits, wardrobe, wear } from "../lib/fit.mjs";

const VIEWS = {
  "the stage": [
    { fragment: "v=9&seed=4127&do=6:kill:A&at=8" },
    { fragment: "v=9&seed=4127&clients=2&off=fencing&do=3.6:freeze:c2,8:thaw:c2&at=9" },
    { fragment: "v=9&seed=4127&coordinators=5&nodes=8&balancers=2&clients=24&workers=8&locks=3&at=6" },
    { fragment: "v=9&seed=4127&clients=16&workers=0&service=0.2&queue=16&at=21" },
  ],
  "the placement room": [{ query: "?place=modulo,ring,kill:2" }, { query: "?place=ring-bounded,maglev,nodes:24,kill:2" }],
  "the textbook's lock": [{ query: "?textbook=textbook,at:60" }, { query: "?textbook=token,15:freeze:3,43:thaw:3,at:90" }, { query: "?textbook=lease,at:114" }],
};

const shown = async (page, { query = "" }) => {
  if (query.includes("textbook")) await page.locator("#book-sentence").waitFor();
  if (query.includes("place")) await page.waitForFunction(() => document.querySelectorAll('[data-lane][data-done="true"]').length === 2);
};

for (const [what, views] of Object.entries(VIEWS)) {
  for (const lang of ["en", "zh"]) {
    for (const [width, height] of [[1280, 720], [360, 780]]) {
      test(`whatever face it is set in, ${what} fits, ${lang}, ${width} pixels wide`, async ({ open }) => {
        for (const view of views) {
          const { page, context } = await open({ ...view, lang, width, height, calm: true, before: wardrobe });
          await shown(page, view);
          for (const face of Object.keys(FACES)) {
            await wear(page, face);
            assert.deepEqual(await misfits(page, { tall: width < 700 }), [], `${view.query ?? view.fragment}, ${face}`);
          }
          await context.close();
        }
      });
    }
  }
}

test("what tells whether words fit sees what does not", async ({ open }) => {
  const { page } = await open({ before: wardrobe });
  assert.deepEqual(await misfits(page, { tall: false }), []);
  const break_ = (style) => page.evaluate((style) => { document.querySelector("h1").style.cssText = style; }, style);
  for (const [style, says] of [
    ["position: absolute; top: 300px; left: 300px", / lies on /],
    ["overflow: hidden; height: 8px; min-height: 0", / is cut off /],
    ["margin-left: 2000px; white-space: nowrap", /leaves the window|wide, the window/],
    ["padding-bottom: 900px", /high, the window/],
  ]) {
    await break_(style);
    assert.match((await misfits(page, { tall: false })).join(), says, style);
  }
  // The faces are what they are called.
  const width = async (face) => {
    await wear(page, face);
    await break_("position: absolute; width: max-content; white-space: nowrap");
    return page.locator("h1").evaluate((one) => one.getBoundingClientRect().width);
  };
  const [narrow, usual, wide] = [await width("narrow"), await width("usual"), await width("wide")];
  assert.ok(Math.abs(narrow / usual - 0.9) < 0.03 && Math.abs(wide / usual - 1.1) < 0.03, `${narrow}, ${usual}, ${wide}`);
});
