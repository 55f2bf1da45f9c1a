// The tests of a file, and what they say with.
import assert from "node:assert/strict";

export { assert };
export const tests = [];
export const test = (fact, body) => tests.push({ fact, body });

// Facts of one kind, with these fields.
export const facts = (journal, kind, fields = {}) =>
  journal.filter((fact) => fact.kind === kind && Object.entries(fields).every(([key, value]) => fact[key] === value));

// The chain of causes of a fact, from it back to its beginning.
export function causes(journal, fact) {
  const chain = [];
  const all = new Map(journal.map((one) => [one.seq, one]));
  for (let at = fact; at; at = all.get(at.cause)) chain.push(at);
  return chain;
}

// The number a figure of the bill shows; null while it shows none.
export async function figure(page, name) {
  const text = await page.locator(`[data-figure="${name}"]`).innerText();
  const number = text.match(/\d+(\.\d+)?/);
  return number ? Number(number[0]) : null;
}

// The last grant that nobody has given back or lost.
export function holder(journal) {
  const granted = facts(journal, "lock-granted").at(-1);
  if (!granted) return null;
  const over = journal.some((fact) => fact.seq > granted.seq && (fact.kind === "lock-released" || fact.kind === "session-ended") && fact.session === granted.session);
  return over ? null : { client: granted.session.split(".")[0], token: granted.token, seq: granted.seq };
}

// Goes on fact by fact until `found` answers something, and returns that.
export async function until(r, found, steps = 400) {
  for (let i = 0; i < steps; i += 1) {
    const journal = await r.journal();
    const answer = found(journal);
    if (answer) return answer;
    await r.step("fact");
  }
  throw new Error(`not within ${steps} facts`);
}
