import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { claimedTenantOf } from "#auth/authenticate";
import { readCredential } from "#auth/credential";
import { PlatformError } from "#base/errors";
import { decodeEvents, encodeEvent, type ServerSentEvent } from "#base/server-sent-events";
import { recordName } from "#idempotency/record-name";
import { decodeTimeCursor } from "#storage/page-cursor";
import { resolveTenant } from "#tenancy/resolve-tenant";
import { scopedKey } from "#tenancy/scoped-key";
import { tenantConfigSchema } from "#tenancy/tenant-config";
import { TenantDirectory } from "#tenancy/tenant-directory";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const anyText = fc.string({ unit: "binary", maxLength: 80 });
const header = fc.stringMatching(/^[ -~]{0,80}$/);
const acme = tenantIdSchema.parse("acme");
const accountId = "0123456789abcdef0123456789abcdef";
const directory = TenantDirectory.load(
  ["acme", "globex"].map((tenantId) => tenantConfigSchema.parse({ tenantId, displayName: tenantId, accountId })),
  "dev",
);

/** What reads texts of strangers before anything else does. */
describe("texts of strangers", () => {
  it("make no two keys the same", () => {
    const parts = fc.array(anyText, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        assert.equal(scopedKey(acme, "value", ...one) === scopedKey(acme, "value", ...other), isSame);
      }),
    );
    const address = fc.record({
      principalId: fc.constantFrom("a", "a:b", "a%"),
      route: anyText,
      keyDigest: fc.constantFrom("c", "b:c"),
    });
    fc.assert(
      fc.property(address, address, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        assert.equal(recordName(acme, one) === recordName(acme, other), isSame);
      }),
    );
  });

  it("name a tenant that there is, or none", () => {
    const sources = fc.record({
      header: fc.option(fc.oneof(header, fc.constantFrom("acme", "globex", "__proto__", "ACME")), { nil: undefined }),
      hostname: fc.oneof(header, fc.constant("acme.example")),
      credential: fc.option(fc.oneof(header, fc.constant("globex")), { nil: undefined }),
    });
    fc.assert(
      fc.property(sources, (given) => {
        try {
          assert.ok(["acme", "globex"].includes(resolveTenant(directory, given).tenantId));
        } catch (error) {
          assert.ok(error instanceof PlatformError && error.code.startsWith("tenant_"), String(error));
        }
      }),
    );
  });

  it("are credentials or none, and claim a tenant or none", () => {
    fc.assert(
      fc.property(header, (value) => {
        const headers = new Headers({ authorization: `Bearer ${value}`, "x-api-key": value });
        const claimed = claimedTenantOf(readCredential(headers) ?? "");
        assert.ok(claimed === undefined || value.includes(claimed) || value.startsWith("eyJ"));
      }),
    );
  });

  it("are cursors, or refused as such", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          const [ms, id] = decodeTimeCursor(text);
          assert.ok(Number.isSafeInteger(ms) && id.length > 0);
        } catch (error) {
          assert.ok(error instanceof PlatformError && error.code === "invalid_request", String(error));
        }
      }),
    );
  });

  it("are events, however the bytes are cut", async () => {
    const event = fc.record({ event: fc.constantFrom("message", "done"), id: fc.nat().map(String), data: fc.string() });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 4 }), fc.integer({ min: 1, max: 7 }), async (events, size) => {
        const bytes = Uint8Array.from(events.flatMap((one) => [...encodeEvent(one)]));
        const read: ServerSentEvent[] = [];
        for await (const one of decodeEvents(cut(bytes, size))) read.push(one);
        // A line break is one, whatever it was.
        const sent = events.map((one) => ({ ...one, data: one.data.replace(/\r\n|\r/g, "\n") }));
        assert.deepEqual(
          read.map(({ data }) => data),
          sent.filter(({ data }) => read.length === sent.length || data !== "").map(({ data }) => data),
        );
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        for await (const { data } of decodeEvents(cut(bytes, 3))) assert.equal(typeof data, "string");
      }),
    );
  });

  it("are configs, or told why not", () => {
    const nearly = fc.dictionary(
      fc.constantFrom(
        "tenantId",
        "displayName",
        "accountId",
        "ai",
        "auth",
        "limits",
        "search",
        "tools",
        "cors",
        "__proto__",
      ),
      fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom("acme", accountId)),
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearly), (value) => {
        const { success, error } = tenantConfigSchema.safeParse(value);
        assert.ok(success || error.issues.length > 0);
      }),
    );
  });
});

// eslint-disable-next-line @typescript-eslint/require-await -- decodeEvents takes what arrives over time
async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
