/** Build action: write-platform-module.js <file> writes the module that //tools/link:platform is bundled from. */
import { writeFileSync } from "node:fs";

import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { ALL_PROVIDERS } from "#speech/all-providers";
import { renderPlatformModule } from "#tools/tenant/config/platform-module";

const [file = ""] = process.argv.slice(2);
writeFileSync(file, renderPlatformModule({ tools: [...ALL_TOOLS.keys()], speechProviders: [...ALL_PROVIDERS.keys()] }));
