/** Writes the page of all tools: `write-tools-page.js <file>`. */
import { writeFileSync } from "node:fs";

import { format } from "prettier";

import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { toolsPage } from "#tools/reference/tools-page";

const [out = ""] = process.argv.slice(2);
writeFileSync(out, await format(toolsPage(ALL_TOOLS), { parser: "markdown" }));
