/** Writes Grafana's dashboard: `write-grafana-dashboard.js <file>`. */
import { writeFileSync } from "node:fs";

import { format } from "prettier";

import { grafanaDashboard } from "#tools/monitoring/grafana-dashboard";

const [out = ""] = process.argv.slice(2);
writeFileSync(out, await format(JSON.stringify(grafanaDashboard(), null, 2), { parser: "json", printWidth: 120 }));
