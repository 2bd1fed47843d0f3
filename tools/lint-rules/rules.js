import { bindingsInAdapters } from "./bindings-in-adapters.js";
import { kebabCaseFileName } from "./kebab-case-file-name.js";
import { keysFromScopedKey } from "./keys-from-scoped-key.js";
import { noLookupByText } from "./no-lookup-by-text.js";
import { platformErrors } from "./platform-errors.js";
import { tenantIdFirst } from "./tenant-id-first.js";

/** Our own rules, as the plugin `repository` of eslint.config.js. */
export const rules = {
  "bindings-in-adapters": bindingsInAdapters,
  "kebab-case-file-name": kebabCaseFileName,
  "keys-from-scoped-key": keysFromScopedKey,
  "no-lookup-by-text": noLookupByText,
  "platform-errors": platformErrors,
  "tenant-id-first": tenantIdFirst,
};
