/** Writes the page of the log: `write-logs-page.js <file>`. */
import { writeFileSync } from "node:fs";

import { format } from "prettier";

import { logsPage } from "#tools/reference/logs-page";

const [out = ""] = process.argv.slice(2);
writeFileSync(out, await format(logsPage(), { parser: "markdown" }));
