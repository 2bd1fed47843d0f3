import type { Scope } from "#tenancy/scopes";
import type { ToolDoor } from "#storage/audit-log";
import type { TestWorker } from "#worker/testing/start-test-worker";

/** An attempt to have a tool run. */
export interface Knock {
  readonly tenant: string;
  readonly key: string | undefined;
  readonly tool: string;
  readonly given: object;
}

/** One of the ways to a tool. */
export interface Door {
  /** Its name in the audit log. */
  readonly name: ToolDoor;
  /** Scopes that the door itself needs. */
  readonly doorScopes: readonly Scope[];
  /** Answers `ok`, or the error code of the refusal. */
  readonly knock: (worker: TestWorker, knock: Knock) => Promise<string>;
}

/** Every door, by what it is called in a test's name. */
export const DOORS: Readonly<Record<string, Door>> = {
  "POST /tools/execute": {
    name: "execute",
    doorScopes: [],
    async knock(worker, { tenant, key, tool, given }) {
      const body = { tool, arguments: given };
      const { status, json, text } = await worker.call("/tools/execute", {
        tenant,
        body,
        ...(key === undefined ? {} : { key }),
      });
      return status === 200 ? "ok" : (json.error?.code ?? `${status} ${text}`);
    },
  },
  MCP: {
    name: "mcp",
    doorScopes: [],
    async knock(worker, { tenant, key, tool, given }) {
      const { status, json, text } = await worker.call("/mcp", {
        tenant,
        body: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: given } },
        ...(key === undefined ? {} : { key }),
      });
      const { result, error } = json as unknown as {
        result?: { isError: boolean };
        error?: { data?: { code?: string } };
      };
      return result?.isError === false ? "ok" : (error?.data?.code ?? `${status} ${text}`);
    },
  },
};
