// The lock: leases end, the queue moves on, tokens grow, a sleeper's late write is refused.
import { assert, facts, holder, test, until } from "../lib/check.mjs";

// Somebody holds the lock and somebody waits for it: the journal and the picture agree who.
async function held({ page, r }) {
  const found = await until(r, (journal) => {
    const now = holder(journal);
    if (!now) return null;
    const queued = facts(journal, "lock-queued").map((fact) => fact.session.split(".")[0]);
    return queued.some((client) => client !== now.client) ? now : null;
  });
  await page.locator(`[data-place="0"][data-client="${found.client}"][data-token="${found.token}"]`).waitFor();
  await page.locator('[data-place="1"]').waitFor();
  return found;
}

test("when the lock's holder is killed, its lease ends and the next in the queue gets a larger token", async ({ open }) => {
  const opened = await open();
  const { page, r } = opened;
  const old = await held(opened);
  const next = await page.locator('[data-place="1"]').getAttribute("data-client");
  await r.act(`kill ${old.client}`);
  const granted = await until(r, (journal) => facts(journal, "lock-granted").find((fact) => fact.seq > old.seq));
  const ended = facts(await r.journal(), "session-ended", { held: old.token })[0];
  assert.ok(ended && ended.seq < granted.seq, "the grant follows the end of the dead holder's lease");
  assert.equal(granted.session.split(".")[0], next, "first come, first served");
  assert.ok(granted.token > old.token, `token ${granted.token} is larger than ${old.token}`);
  await page.locator(`[data-place="0"][data-client="${next}"][data-token="${granted.token}"]`).waitFor();
});

test("a holder frozen through its lease wakes up and its late write is refused", async ({ open }) => {
  const opened = await open();
  const { page, r } = opened;
  // Freeze somebody who has read and is about to write: that write is the late one. Who has written already has none, so try the next.
  let refused = null;
  let tries = 0;
  while (!refused && tries < 8) {
    tries += 1;
    const old = await held(opened);
    await r.act(`freeze ${old.client}`);
    await page.locator(`[data-kind="client"][data-id="${old.client}"][data-health="frozen"]`).waitFor();
    const next = await until(r, (journal) => facts(journal, "fenced-write").find((fact) => fact.token > old.token));
    await r.act(`thaw ${old.client}`);
    await r.seek((await r.now()) + 2_000);
    const journal = await r.journal();
    refused = facts(journal, "fence-refused", { token: old.token })[0] ?? null;
    if (refused) {
      assert.ok(refused.seen > refused.token, "the store has seen a larger token");
      assert.ok(refused.seen >= next.token);
      const applied = facts(journal, "fenced-write", { token: old.token }).filter((fact) => fact.seq > next.seq);
      assert.deepEqual(applied, [], "nothing of the sleeper's is applied after its successor wrote");
    }
  }
  assert.ok(refused, `no late write in ${tries} tries`);
  const broken = await page.locator('[data-promise][data-state="broken"]').count();
  assert.equal(broken, 0, "with fencing no promise breaks");
});
