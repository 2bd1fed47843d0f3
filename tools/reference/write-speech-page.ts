/** Writes the page of speech: `write-speech-page.js <file>`. */
import { writeFileSync } from "node:fs";

import { format } from "prettier";

import { ALL_PROVIDERS } from "#speech/all-providers";
import { speechPage } from "#tools/reference/speech-page";

const [out = ""] = process.argv.slice(2);
writeFileSync(out, await format(speechPage(ALL_PROVIDERS), { parser: "markdown" }));
