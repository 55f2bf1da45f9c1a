// A static file server over dist/, on this machine only: what a plain host does, and nothing more.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

// Serves `root` under `/somewhere/`, because a project's page on a shared host lives in a folder.
export async function serve(root, base = "/somewhere/") {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const inside = decodeURIComponent(pathname).startsWith(base) ? decodeURIComponent(pathname).slice(base.length) : null;
    const file = inside === null ? null : normalize(join(root, inside === "" ? "index.html" : inside));
    try {
      if (file === null || !file.startsWith(root + sep)) throw new Error("outside");
      const body = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": "no-store" });
      response.end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
      response.end("not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, home: origin + base, close: () => server.close() };
}
