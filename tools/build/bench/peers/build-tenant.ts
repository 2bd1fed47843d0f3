/**
 * Task of a peer, in a tenant's folder: what Bazel does in the three actions TenantConfig, RenderWrangler and LinkWorker, with the
 * same programs, in one process.
 *
 *     build-tenant.js <tenant> <parts>
 */
import { mkdirSync } from "node:fs";

import { run as link } from "#tools/link/link";
import { run as renderWrangler } from "#tools/tenant/render-wrangler";
import { run as validateConfig } from "#tools/tenant/validate-config";

const [tenant = "", parts = ""] = process.argv.slice(2);
const [config, checked, entry] = ["tenant.config.json", "gen/config.json", "gen/entry.js"];

mkdirSync("gen", { recursive: true });
process.exitCode =
  (await validateConfig(["--tenant", tenant, "--config", config, "--out-config", checked, "--out-entry", entry])) ||
  (await renderWrangler(["--config", checked, "--out-dir", "gen"])) ||
  link([entry, parts, "bundle.js"]);
