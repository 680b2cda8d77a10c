// Builds the pages' styles and scripts into src/tongban/static/build (not kept in git).
import { build } from "esbuild";
import { compile } from "sass";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "src", "tongban", "static", "build");
mkdirSync(out, { recursive: true });

const { css } = compile(join(here, "styles", "app.scss"), {
  loadPaths: [join(root, "node_modules")],
  style: "compressed",
  quietDeps: true,
});
writeFileSync(join(out, "app.css"), css);

await build({
  entryPoints: [join(here, "scripts", "app.js"), join(here, "scripts", "desk.js")],
  outdir: out,
  bundle: true,
  minify: true,
  legalComments: "none",
  target: ["es2020"],
  format: "iife",
});
