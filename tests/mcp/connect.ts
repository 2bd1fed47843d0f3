import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import type { TestWorker } from "#worker/testing/start-test-worker";

/** What the tests use of a connected client, whichever of the two it is. */
export interface McpClient {
  listTools(): Promise<{ tools: { name: string; annotations?: { readOnlyHint?: boolean | undefined } | undefined }[] }>;
  callTool(
    call: { name: string; arguments: Record<string, unknown> },
    onProgress?: (progress: { progress: number; total?: number | undefined }) => void,
    signal?: AbortSignal,
  ): Promise<{ isError?: boolean; structuredContent?: unknown; content: unknown }>;
  serverVersion(): unknown;
  close(): Promise<void>;
}

/** Where to, and as whom. */
export interface Connection {
  readonly tenant: string;
  readonly key: string | undefined;
}

const ME = { name: "test-client", version: "1.0.0" };

function request({ tenant, key }: Connection): { requestInit: { headers: Record<string, string> } } {
  return {
    requestInit: {
      headers: { "x-tenant-id": tenant, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    },
  };
}

/** `@modelcontextprotocol/sdk`: begins with `initialize`, speaks 2025-11-25. */
export async function connectLegacy(worker: TestWorker, connection: Connection): Promise<McpClient> {
  const client = new LegacyClient(ME);
  await client.connect(new LegacyTransport(new URL("/mcp", worker.runtime.url), request(connection)));
  return {
    listTools: () => client.listTools(),
    callTool: (call, onprogress, signal) =>
      client.callTool(call, undefined, {
        ...(onprogress === undefined ? {} : { onprogress }),
        ...(signal === undefined ? {} : { signal }),
      }) as ReturnType<McpClient["callTool"]>,
    serverVersion: () => client.getServerVersion(),
    close: () => client.close(),
  };
}

/** `@modelcontextprotocol/client`: says its version with each request, speaks 2026-07-28 and nothing else here. */
export async function connectModern(worker: TestWorker, connection: Connection): Promise<McpClient> {
  const client = new ModernClient(ME, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(new ModernTransport(new URL("/mcp", worker.runtime.url), request(connection)));
  return {
    listTools: () => client.listTools(),
    callTool: (call, onprogress, signal) =>
      client.callTool(call, {
        ...(onprogress === undefined ? {} : { onprogress }),
        ...(signal === undefined ? {} : { signal }),
      }) as ReturnType<McpClient["callTool"]>,
    serverVersion: () => client.getServerVersion(),
    close: () => client.close(),
  };
}

export const CLIENTS = { "2025-11-25, the sdk": connectLegacy, "2026-07-28, the client": connectModern } as const;
