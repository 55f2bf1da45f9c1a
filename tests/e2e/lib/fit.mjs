// Whether the words of a page fit, whatever face they are set in.

// Faces that differ by a tenth in width, and one whose letters stand elsewhere on their line. All are made of the one face that
// is there, so that the same is tested on every machine.
export const FACES = {
  narrow: { sizeAdjust: "90%" },
  usual: { sizeAdjust: "100%" },
  wide: { sizeAdjust: "110%" },
  tall: { sizeAdjust: "100%", ascentOverride: "118%", descentOverride: "42%" },
};

// A script that brings the faces into a page. What "sans-serif" is differs from machine to machine: the first that is there.
export const wardrobe = `(() => {
  const source = (names) => names.map((name) => 'local("' + name + '")').join(", ");
  const plain = source(["DejaVu Sans", "DejaVuSans", "Liberation Sans", "LiberationSans", "Noto Sans", "NotoSans-Regular", "Arial", "ArialMT", "WenQuanYi Micro Hei"]);
  const code = source(["DejaVu Sans Mono", "DejaVuSansMono", "Liberation Mono", "LiberationMono", "Noto Sans Mono", "Courier New", "CourierNewPSMT", "WenQuanYi Micro Hei Mono"]);
  for (const [face, about] of Object.entries(${JSON.stringify(FACES)})) {
    document.fonts.add(new FontFace("Tried " + face, plain, about));
    document.fonts.add(new FontFace("Tried mono " + face, code, about));
  }
})()`;

// Sets the page in a face. A face that cannot be had is an error: the page would be tested in another one.
export const wear = (page, face) =>
  page.evaluate(async (face) => {
    const names = [`Tried ${face}`, `Tried mono ${face}`];
    const [plain, mono] = names.map((name) => [...document.fonts].find((one) => one.family.replaceAll('"', "") === name));
    await Promise.all([plain.load(), mono.load()]);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:root { --font: "${names[0]}", sans-serif !important; --mono: "${names[1]}", monospace !important }`);
    document.adoptedStyleSheets = [sheet];
  }, face);

// What does not fit: the page scrolls where it may not, a word is cut off, lies on another, or leaves the window or its picture.
export const misfits = (page, { tall = true } = {}) =>
  page.evaluate(async (tall) => {
    await document.fonts.ready;
    await new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
    const out = [];
    const { scrollWidth, scrollHeight } = document.scrollingElement;
    if (scrollWidth > innerWidth) out.push(`the page is ${scrollWidth} wide, the window ${innerWidth}`);
    if (!tall && scrollHeight > innerHeight) out.push(`the page is ${scrollHeight} high, the window ${innerHeight}`);
    const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !one.closest(".unseen, dialog:not([open]), option");
    // Every piece of text with the boxes of its lines.
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const words = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const holder = node.parentElement;
      if (!node.data.trim() || holder.closest("script, style, noscript, select") || !seen(holder)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      // A line's box is higher than its letters: these take about the middle seven tenths of the size.
      const size = parseFloat(getComputedStyle(holder).fontSize);
      const scale = holder.ownerSVGElement ? holder.ownerSVGElement.getBoundingClientRect().width / (holder.ownerSVGElement.viewBox.baseVal?.width || holder.ownerSVGElement.getBoundingClientRect().width || 1) : 1;
      for (const box of range.getClientRects()) {
        if (box.width < 1) continue;
        const middle = (box.top + box.bottom) / 2;
        const half = Math.min(box.height / 2, size * scale * 0.36);
        words.push({ text: node.data.trim().slice(0, 40), holder, left: box.left, right: box.right, top: middle - half, bottom: middle + half });
      }
    }
    // What scrolls or cuts off, and by how much.
    const clipped = (word) => {
      for (let one = word.holder; one && one !== document.body; one = one.parentElement) {
        const style = getComputedStyle(one);
        const cuts = (value) => value !== "visible";
        if (!cuts(style.overflowX) && !cuts(style.overflowY)) continue;
        const box = one.getBoundingClientRect();
        const scrolls = (value) => value === "auto" || value === "scroll";
        if (cuts(style.overflowX) && !scrolls(style.overflowX) && (word.left < box.left - 1 || word.right > box.right + 1)) return `cut off sideways by ${one.id || one.className || one.tagName}`;
        if (cuts(style.overflowY) && !scrolls(style.overflowY) && (word.top < box.top - 1 || word.bottom > box.bottom + 1)) return `cut off by ${one.id || one.className || one.tagName}`;
        // In a box that scrolls a word may be out of sight.
        if (word.bottom < box.top || word.top > box.bottom || word.right < box.left || word.left > box.right) return "hidden";
        [word.top, word.bottom] = [Math.max(word.top, box.top), Math.min(word.bottom, box.bottom)];
        [word.left, word.right] = [Math.max(word.left, box.left), Math.min(word.right, box.right)];
      }
      return null;
    };
    const scrolled = (one) => one && one !== document.body && (["auto", "scroll"].includes(getComputedStyle(one).overflowX) || scrolled(one.parentElement));
    const there = [];
    for (const word of words) {
      const why = clipped(word);
      if (why === "hidden") continue;
      if (why) out.push(`“${word.text}” is ${why}`);
      else if ((word.left < -1 || word.right > innerWidth + 1) && !scrolled(word.holder)) out.push(`“${word.text}” leaves the window`);
      there.push(word);
    }
    // A picture's words stay in it.
    for (const { text, holder, left, right } of there) {
      const svg = holder.ownerSVGElement;
      if (!svg) continue;
      const box = svg.getBoundingClientRect();
      if (left < box.left - 2 || right > box.right + 2) out.push(`“${text}” leaves its picture by ${Math.max(box.left - left, right - box.right).toFixed(0)} px`);
    }
    const fixed = (one) => [...(function* () { for (let it = one; it; it = it.parentElement) yield it; })()].some((it) => ["fixed", "sticky"].includes(getComputedStyle(it).position));
    there.forEach((word) => { word.fixed = fixed(word.holder); });
    there.sort((a, b) => a.left - b.left);
    there.forEach((one, i) => {
      for (let j = i + 1; j < there.length && there[j].left < one.right - 1; j += 1) {
        const other = there[j];
        if (one.holder === other.holder && one.text === other.text) continue;
        // What floats over a page that scrolls lies on something.
        if (one.fixed !== other.fixed) continue;
        const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        if (high > 1.5 && wide > 1.5) out.push(`“${one.text}” lies on “${other.text}” (${wide.toFixed(0)} x ${high.toFixed(0)} px)`);
      }
    });
    // Boxes whose inside is larger than they are, though nothing scrolls there.
    for (const one of document.querySelectorAll("button, h1, h2, h3, p, li, dd, dt, summary, th, td")) {
      if (!seen(one) || one.closest(".unseen")) continue;
      if (getComputedStyle(one).overflowX === "visible" && one.scrollWidth > one.clientWidth + 2 && one.clientWidth > 0 && getComputedStyle(one).display !== "inline") {
        out.push(`<${one.tagName.toLowerCase()}> “${one.textContent.trim().slice(0, 40)}” is ${one.scrollWidth - one.clientWidth} px wider than its box`);
      }
    }
    return [...new Set(out)];
  }, tall);
