// One opened page, watched: whatever it says on the console, throws, or fetches from elsewhere is a complaint.

export const LANGUAGE = { en: "en-GB", zh: "zh-CN" };

export async function open(browser, site, options = {}) {
  const { query = "", fragment = "", lang = "en", theme = "light", width = 1280, height = 720, calm = false, before } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: LANGUAGE[lang],
    colorScheme: theme,
    reducedMotion: calm ? "reduce" : "no-preference",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  if (before) await page.addInitScript(before);
  const complaints = [];
  const fetched = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`thrown: ${error}`));
  page.on("requestfailed", (request) => complaints.push(`not fetched: ${request.url()}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    fetched.push(request.url());
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== site.origin) complaints.push(`fetched from elsewhere: ${request.url()}`);
  });
  await page.goto(site.home + query + (fragment && `#${fragment}`), { waitUntil: "load" });
  await page.waitForFunction(() => window.ringside && document.querySelector("#sentence")?.textContent.trim());
  return { page, context, complaints, fetched, r: handle(page) };
}

// `window.ringside`, from here.
function handle(page) {
  const call = (name) => (argument) =>
    page.evaluate(([name, argument]) => (argument === null ? window.ringside[name]() : window.ringside[name](argument)), [name, argument ?? null]);
  const names = ["act", "play", "pause", "seek", "step", "now", "digest", "link", "journal", "stats"];
  return Object.fromEntries(names.map((name) => [name, call(name)]));
}
