/** Writes the page of metrics: `write-metrics-page.js <file>`. */
import { writeFileSync } from "node:fs";

import { format } from "prettier";

import { metricsPage } from "#tools/reference/metrics-page";

const [out = ""] = process.argv.slice(2);
writeFileSync(out, await format(metricsPage(), { parser: "markdown" }));
