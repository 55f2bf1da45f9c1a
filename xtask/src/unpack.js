// Unpacks what `pack.rs` has packed: a file of the .lzma form (LZMA specification, Pavlov 2015, public domain), of known size,
// with the usual settings lc = 3, lp = 0, pb = 2, and an end mark. Throws if it is damaged.
function unpack(packed) {
  const source = new Uint8Array(packed);
  const size = source[5] | (source[6] << 8) | (source[7] << 16);
  const out = new Uint8Array(size);
  // Where each kind of decision has its probabilities.
  const REP = 192, REP0 = 204, REP1 = 216, REP2 = 228, SHORT = 240, SLOT = 432, NEAR = 688, ALIGN = 804, LENGTH = 820, AGAIN = 1334, LITERAL = 1848;
  const odds = new Uint16Array(LITERAL + 6144).fill(1024);
  let at = 13, range = 0xffffffff, code = 0, n = 0, state = 0;
  let d0 = 0, d1 = 0, d2 = 0, d3 = 0;
  const shift = () => {
    if (range < 0x1000000) {
      range = (range << 8) >>> 0;
      code = ((code << 8) | source[at++]) >>> 0;
    }
  };
  const bit = (i) => {
    const p = odds[i], bound = (range >>> 11) * p;
    const one = code < bound ? 0 : 1;
    if (one) {
      range -= bound;
      code -= bound;
      odds[i] = p - (p >> 5);
    } else {
      range = bound;
      odds[i] = p + ((2048 - p) >> 5);
    }
    shift();
    return one;
  };
  const tree = (base, bits) => {
    let m = 1;
    for (let i = 0; i < bits; i++) m = (m << 1) | bit(base + m);
    return m - (1 << bits);
  };
  const mirrored = (base, bits) => {
    let m = 1, found = 0;
    for (let i = 0; i < bits; i++) {
      const one = bit(base + m);
      m = (m << 1) | one;
      found |= one << i;
    }
    return found;
  };
  const length = (base, here) => {
    if (!bit(base)) return tree(base + 2 + here * 8, 3);
    if (!bit(base + 1)) return 8 + tree(base + 130 + here * 8, 3);
    return 16 + tree(base + 258, 8);
  };
  // The first byte is always zero.
  for (let i = 0; i < 5; i++) code = ((code << 8) | source[at++]) >>> 0;
  while (n <= size) {
    const here = n & 3;
    if (!bit(state * 16 + here)) {
      const base = LITERAL + 768 * ((n ? out[n - 1] : 0) >> 5);
      let m = 1;
      if (state > 6) {
        let like = out[n - d0 - 1];
        while (m < 256) {
          const top = (like >> 7) & 1, one = bit(base + 256 + top * 256 + m);
          like <<= 1;
          m = (m << 1) | one;
          if (top !== one) break;
        }
      }
      while (m < 256) m = (m << 1) | bit(base + m);
      out[n++] = m;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count;
    if (bit(REP + state)) {
      if (bit(REP0 + state)) {
        let d = d1;
        if (bit(REP1 + state)) {
          d = d2;
          if (bit(REP2 + state)) {
            d = d3;
            d3 = d2;
          }
          d2 = d1;
        }
        d1 = d0;
        d0 = d;
      } else if (!bit(SHORT + state * 16 + here)) {
        state = state < 7 ? 9 : 11;
        out[n] = out[n - d0 - 1];
        n++;
        continue;
      }
      count = length(AGAIN, here) + 2;
      state = state < 7 ? 8 : 11;
    } else {
      d3 = d2;
      d2 = d1;
      d1 = d0;
      count = length(LENGTH, here) + 2;
      state = state < 7 ? 7 : 10;
      d0 = tree(SLOT + Math.min(count - 2, 3) * 64, 6);
      if (d0 > 3) {
        const slot = d0, bits = (slot >> 1) - 1;
        d0 = (2 | (slot & 1)) << bits;
        if (slot < 14) {
          d0 += mirrored(NEAR + d0 - slot, bits);
        } else {
          let direct = 0;
          for (let i = 4; i < bits; i++) {
            range >>>= 1;
            const one = code < range ? 0 : 1;
            if (one) code -= range;
            direct = direct * 2 + one;
            shift();
          }
          d0 += direct * 16 + mirrored(ALIGN, 4);
        }
      }
    }
    // The distance -1 marks the end.
    if (d0 < 0 || d0 >= n) break;
    for (; count; count--, n++) out[n] = out[n - d0 - 1];
  }
  if (source[0] !== 93 || n !== size || d0 !== -1 || code || at > source.length) throw new Error("the packed module is damaged");
  return out;
}
