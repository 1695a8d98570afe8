// Bundles src/ into dist/: the explorer (dist/explorer) and the scripts and styles of the pages that
// stand alone: graph.html (dist/page), a related-work map (dist/map).
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
// Made beside dist/ and put in its place at the end, so that a running server never finds half of it.
const made = join(here, "dist.new");
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
};

await rm(made, { recursive: true, force: true });
await mkdir(join(made, "explorer"), { recursive: true });
await Promise.all([
  build({
    ...common,
    entryPoints: {
      explorer: "src/explorer/main.js",
      style: "src/explorer/explorer.css",
      query: "src/explorer/query/query.css",
      "layout-worker": "src/explorer/network/layout-worker.js",
    },
    outdir: "dist.new/explorer",
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
    loader: { ".svg": "dataurl", ".woff": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl" },
  }),
  build({
    ...common,
    entryPoints: { page: "src/page/page.js", "page-style": "src/page/page.css" },
    outdir: "dist.new/page",
    format: "iife",
    globalName: "kgPage",
  }),
  build({
    ...common,
    entryPoints: { map: "src/map/map.js", "map-style": "src/map/map.css" },
    outdir: "dist.new/map",
    format: "iife",
    globalName: "kgMap",
  }),
]);
await cp(join(here, "src/explorer/index.html"), join(made, "explorer/index.html"));
await cp(join(here, "src/page/page.html"), join(made, "page/page.html"));
await cp(join(here, "src/map/map.html"), join(made, "map/map.html"));
await writeFile(join(made, "LICENSES.txt"), await licences());
await rm(dist, { recursive: true, force: true });
await rename(made, dist);

/** The licences of every package that the bundles may hold, by name. */
async function licences() {
  const { packages } = JSON.parse(await readFile(join(here, "package-lock.json"), "utf8"));
  const needed = Object.keys(packages).filter((path) => path && !packages[path].dev && !packages[path].optional);
  const parts = await Promise.all(needed.sort().map((path) => licence(join(here, path))));
  return parts.filter(Boolean).join(`\n${"=".repeat(80)}\n\n`);
}

async function licence(folder) {
  const files = await readdir(folder).catch(() => []);
  if (!files.includes("package.json")) return "";
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const names = files.filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return `${about.name} ${about.version} (${about.license ?? "see below"})\n\n${texts.join("\n").trim()}\n`;
}
