import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { apiKeyStorageKey, generateApiKey } from "#auth/api-key";
import { SCOPES } from "#tenancy/scopes";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { ACCOUNT, type CommandOptions, type CommandResult, type FleetWorkspace } from "#tests/fleet/fleet-workspace";

/** A person at the commands of one tenant's environment, who remembers all that they printed. */
export class Operator {
  readonly outputs: string[] = [];
  readonly #fleet: FleetWorkspace;
  readonly #tenant: string;
  readonly #environment: string;

  constructor(fleet: FleetWorkspace, tenant: string, environment: string) {
    this.#fleet = fleet;
    this.#tenant = tenant;
    this.#environment = environment;
  }

  async run(command: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<CommandResult> {
    const result = await this.#fleet.run(command, this.#tenant, [...args, "--env", this.#environment], options);
    this.outputs.push(result.output);
    return result;
  }

  /** Runs a command that must end well, and answers what it printed. */
  async succeed(command: string, ...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(command, args);
    assert.equal(code, 0, output);
    return output;
  }

  /** Runs a command that must fail with 1, and answers what it printed. */
  async fail(command: string, ...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(command, args);
    assert.equal(code, 1, output);
    return output;
  }
}

/** The version that answers at a hostname. */
export async function versionAt(fleet: FleetWorkspace, hostname: string): Promise<string> {
  const { text } = await fleet.ask(hostname, "/health");
  return (JSON.parse(text) as { data: { version: { id: string } } }).data.version.id;
}

/** Asks for the version every second, slower than the limit of one address, until it is stopped. */
export function watchVersions(fleet: FleetWorkspace, hostname: string): { readonly stop: () => Promise<string[]> } {
  const end = new AbortController();
  const seen = new Set<string>();
  const watch = async (): Promise<string[]> => {
    while (!end.signal.aborted) {
      seen.add(await versionAt(fleet, hostname));
      await sleep(1_000);
    }
    return [...seen];
  };
  const watching = watch();
  return {
    stop: () => {
      end.abort();
      return watching;
    },
  };
}

/** A key for a tenant, written into its KV as `:keys` does. */
export async function createKey({ api }: FleetWorkspace, tenant: string, environment: string): Promise<string> {
  const tenantId = tenantIdSchema.parse(tenant);
  const { key, record } = await generateApiKey(tenantId, { label: "test", scopes: [...SCOPES], nowMs: Date.now() });
  const namespace = api.state.namespaces.list(ACCOUNT).find(({ title }) => title === `${tenant}-${environment}`);
  const value = Buffer.from(JSON.stringify(record));
  api.state.kv.put(namespace?.id ?? "", await apiKeyStorageKey(tenantId, key), {
    value,
    metadata: undefined,
    expiration: undefined,
  });
  return key;
}

/** Fails if one of the texts is in an output, or in a file of the checkout. */
export function assertHidden(fleet: FleetWorkspace, outputs: readonly string[], hidden: readonly string[]): void {
  assert.ok(outputs.length > 0 && hidden.every((text) => text.length >= 10));
  for (const output of outputs) for (const text of hidden) assert.ok(!output.includes(text), "in an output");
  for (const file of filesBelow(fleet.folder, "cloudflare")) {
    const content = readFileSync(file, "utf8");
    for (const text of hidden) assert.ok(!content.includes(text), file);
  }
}

function filesBelow(folder: string, skipped: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    if (name === skipped) return [];
    return statSync(file).isDirectory() ? filesBelow(file, skipped) : [file];
  });
}
