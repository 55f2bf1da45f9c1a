// Whatever stands behind the #, the page opens: on that run, or on the default run with a message that says what is wrong.
import { assert, test } from "../lib/check.mjs";

const BAD = {
  "a newer version": ["v=99&seed=1&future=x", /newer|99/],
  "a malformed number": ["v=9&seed=banana", /banana/],
  "a truncated action": ["v=9&seed=1&do=2.5:kil", /kil/],
  "a process nobody knows": ["v=9&seed=1&do=2.5:kill:Z9", /Z9|process/],
  "an instant after the end": ["v=9&at=99999999999999999999", /late|ends/],
  "a broken escape": ["v=9&lang=%zz", /escape|byte/],
  "an unknown key": ["v=9&constructor=1", /constructor/],
  "markup": ["v=9&%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E=1", /img/],
  "a very long text": [`v=9&do=${"1:kill:C,".repeat(5_000)}`, /long/],
};

for (const [what, [fragment, says]] of Object.entries(BAD)) {
  test(`a link with ${what} opens the default run and says what is wrong`, async ({ open }) => {
    const plain = await open();
    const { page, r } = await open({ fragment });
    const notice = await page.locator("#notice").innerText();
    assert.match(notice, says);
    assert.equal(await r.digest(), await plain.r.digest(), "the default run, at its first picture");
    assert.equal(await page.locator("#notice img").count(), 0, "foreign text stays text");
  });
}

test("an action of a link that changes nothing is told, in both languages, and stays in the link", async ({ open }) => {
  const fragment = "v=9&seed=4127&do=3:cut:A%3EB,4:kill:C,5:kill:C&at=6";
  for (const [lang, says] of [["en", "Action 3 of this link, kill C at 5.00 s, changed nothing: C is down."], ["zh", "链接里的第 3 个操作（5.00 秒时的 kill C）没有生效：C 已宕机。"]]) {
    const { page, r } = await open({ fragment, lang });
    assert.equal(await page.locator("#notice").innerText(), says);
    assert.equal((await r.link()).split("#")[1], fragment);
    await r.step("fact");
    assert.equal(await page.locator("#notice").innerText(), "", "it is said once");
  }
});

test("an action that cannot be done throws, says why, and changes nothing", async ({ open }) => {
  const { page, r } = await open();
  const digest = await r.digest();
  for (const text of ["revive A", "kill Z", "dance A", "", "kill", "cut A A", "slow A 0"]) {
    const why = await page.evaluate((text) => {
      try {
        window.ringside.act(text);
        return null;
      } catch (error) {
        return error.message;
      }
    }, text);
    assert.ok(why && why.length > 3, `\`${text}\` says why it cannot be done`);
    assert.equal(await r.digest(), digest, `\`${text}\` changed nothing`);
  }
});
