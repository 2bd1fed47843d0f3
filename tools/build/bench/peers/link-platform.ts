/**
 * Task of a peer, in the platform's folder: bundles what is compiled and cuts it into the parts that tenants link, as
 * linkable_platform in //tools/build/private:bundle.bzl does, with the same options.
 *
 *     link-platform.js <folder of the compiled modules> <folder> <name of the parts>
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { build } from "esbuild";

import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { ALL_PROVIDERS } from "#speech/all-providers";
import { run as prelink } from "#tools/link/prelink";
import { renderPlatformModule } from "#tools/tenant/config/platform-module";

const [compiled = "", folder = "", name = ""] = process.argv.slice(2);
const entry = path.join(folder, "entry.js");
const bundle = path.join(folder, "bundle.js");
const metafile = path.join(folder, "metafile.json");
const contents = renderPlatformModule({
  tools: [...ALL_TOOLS.keys()],
  speechProviders: [...ALL_PROVIDERS.keys()],
});

mkdirSync(folder, { recursive: true });
writeFileSync(entry, contents);
const bundled = await build({
  bundle: true,
  charset: "utf8",
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*", "node:*"],
  format: "esm",
  ignoreAnnotations: false,
  legalComments: "none",
  loader: { ".html": "text", ".md": "text" },
  mainFields: ["browser", "module", "main"],
  metafile: true,
  minifyIdentifiers: true,
  minifySyntax: true,
  outfile: bundle,
  platform: "browser",
  sourcemap: "linked",
  sourcesContent: true,
  // Its imports are those of a module beside the compiled ones.
  stdin: { contents, resolveDir: path.resolve(compiled), sourcefile: path.join(compiled, "entry.js") },
  target: ["es2024"],
});
writeFileSync(metafile, JSON.stringify(bundled.metafile));
process.exitCode = prelink([bundle, metafile, entry, path.join(folder, name)]);
