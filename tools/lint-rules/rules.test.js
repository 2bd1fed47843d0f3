import { describe, it } from "node:test";
import { RuleTester } from "eslint";
import tseslint from "typescript-eslint";
import { rules } from "./rules.js";

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });

// no-lookup-by-text needs the types of a program: what it refuses is among //tools/build/tests:refusals.

tester.run("kebab-case-file-name", rules["kebab-case-file-name"], {
  valid: [
    { code: "", filename: "chunk-text.ts" },
    { code: "", filename: "chunk-text.test.ts" },
  ],
  invalid: [{ code: "", filename: "chunkText.ts", errors: [{ message: /kebab-case/ }] }],
});

tester.run("bindings-in-adapters", rules["bindings-in-adapters"], {
  valid: [
    { code: "const db: D1Database = open();", filename: "/r/platform/storage/d1-x.ts", options: [["/storage/d1-"]] },
    { code: "const documents: DocumentStore = open();", filename: "/r/platform/rag/x.ts", options: [[]] },
  ],
  invalid: [
    { code: "function read(kv: KVNamespace) {}", filename: "/r/x.ts", options: [["/storage/"]], errors: 1 },
    { code: "interface X { readonly ai: Pick<Ai, 'run'> }", filename: "/r/x.ts", errors: 1 },
  ],
});

tester.run("tenant-id-first", rules["tenant-id-first"], {
  valid: [
    "function read(tenantId: TenantId, key: string) {}",
    "interface X { read(tenantId: TenantId, key: string): void }",
    "const name = (text: string) => text;",
  ],
  invalid: [
    { code: "function read(key: string, tenantId: TenantId) {}", errors: 1 },
    { code: "const read = (key: string, owner: TenantId) => key;", errors: 1 },
    { code: "interface X { read(key: string, tenantId: TenantId): void }", errors: 1 },
    { code: "type Read = (key: string, tenantId: TenantId) => void;", errors: 1 },
    { code: "class X { constructor(key: string, private tenantId: TenantId) {} }", errors: 1 },
  ],
});

tester.run("keys-from-scoped-key", rules["keys-from-scoped-key"], {
  valid: [
    'scopedKey(tenantId, "job", jobId);',
    "const message = `${tenantId} is not served here`;",
    "namespace.idFromName(sessionObjectName(tenantId, sessionId));",
  ],
  invalid: [
    { code: "kv.get(`${tenantId}:${name}`);", errors: 1 },
    { code: "const path = `jobs/${tenant.tenantId}/${id}`;", errors: 1 },
    { code: 'const key = tenantId + ":" + name;', errors: 1 },
    { code: "namespace.idFromName(`session ${id}`);", errors: 1 },
    { code: 'namespace.getByName("all");', errors: 1 },
  ],
});

tester.run("platform-errors", rules["platform-errors"], {
  valid: ['throw new PlatformError("not_found");', 'throw defect("gone");', 'const cause = new Error("why");'],
  invalid: [
    { code: 'throw new Error("no");', errors: 1 },
    { code: 'throw new TypeError("no");', errors: 1 },
  ],
});
