// Packs a module: `node pack.mjs UNPACK.js FROM TO`. What comes out is unpacked again by the very script that the page carries.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [script, from, to] = process.argv.slice(2);
const module = readFileSync(from);
// The strongest setting: a window larger than the module, and the longest matches.
const packed = Buffer.from(createRequire(script)("lzma").compress([...module], 9).map((byte) => byte & 255));
const unpack = new Function(`${readFileSync(script, "utf8")};return unpack`)();
if (!module.equals(Buffer.from(unpack(packed)))) throw new Error("what was packed is not what comes out");
const damage = {
  "cut off": packed.subarray(0, packed.length - 12),
  "another byte in the middle": Buffer.from(packed.map((byte, i) => (i === packed.length >> 1 ? byte ^ 4 : byte))),
  "another size": Buffer.from(packed.map((byte, i) => (i === 5 ? byte ^ 1 : byte))),
  "a page that says 404": Buffer.from("<!doctype html><title>404</title>"),
  "nothing": Buffer.alloc(0),
};
for (const [what, bytes] of Object.entries(damage)) {
  let refused = false;
  try {
    unpack(bytes);
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`the page would take this for a module: ${what}`);
}
writeFileSync(to, packed);
