import {
  ACCOUNT,
  type CommandOptions,
  type CommandResult,
  createFleetWorkspace,
  type FleetWorkspace,
} from "#tests/fleet/fleet-workspace";
import { provisionTenant } from "#tests/fleet/provision-tenant";

const ACCOUNTS = [ACCOUNT, "1".repeat(32), "2".repeat(32)];
/** Tenants that are deployed at a time. */
const CONCURRENCY = 8;
const tokenOf = (account: string): string => `token-of-the-account-${account}`;

/** What `deploy-all --json` prints. */
export interface Report {
  readonly ok: boolean;
  readonly tenants: readonly { readonly id: string; readonly status: string; readonly versionId?: string }[];
  readonly next: readonly string[];
}

/** Provisioned tenants `t0`, `t1`, … in three accounts, each with a token of its own. */
export class FleetOfTenants {
  readonly fleet: FleetWorkspace;
  readonly ids: readonly string[];
  readonly outputs: string[] = [];
  readonly tokens = ACCOUNTS.map(tokenOf);

  private constructor(fleet: FleetWorkspace, ids: readonly string[]) {
    this.fleet = fleet;
    this.ids = ids;
  }

  static async create(count: number): Promise<FleetOfTenants> {
    const email = "ops@example.com";
    const fleet = await createFleetWorkspace({
      maxCells: CONCURRENCY + 2,
      tokens: ACCOUNTS.map((account) => ({ token: tokenOf(account), accounts: [account], email, permissions: "all" })),
    });
    const ids = Array.from({ length: count }, (_, index) => `t${index}`);
    const tenants = new FleetOfTenants(fleet, ids);
    for (const id of ids) {
      fleet.addTenant(id, accountOf(id));
      await provisionTenant(fleet, id, "production", tokenOf(accountOf(id)));
    }
    return tenants;
  }

  hostOf(id: string): string {
    return `ai.${id}.example`;
  }

  async run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const own = this.ids.map((id) => [`CLOUDFLARE_API_TOKEN_${id.toUpperCase()}`, tokenOf(accountOf(id))]);
    const env = { ...Object.fromEntries(own), CLOUDFLARE_API_TOKEN: "", ...options.env } as Record<string, string>;
    const result = await this.fleet.runAll(command, ["--env", "production", ...args], { ...options, env });
    this.outputs.push(result.output);
    return result;
  }

  /** Deploys with the checks that need neither model nor documents, eight at a time, and reads the report. */
  async deploy(...args: readonly string[]): Promise<{ code: number | null; output: string; report: Report }> {
    const all = ["--smoke", "boot", "--concurrency", String(CONCURRENCY), "--soak", "1", ...args, "--yes", "--json"];
    const { code, output, stdout } = await this.run("deploy-all", all);
    return { code, output, report: JSON.parse(stdout) as Report };
  }
}

export function statusesOf({ tenants }: Report): string[] {
  return tenants.map(({ status }) => status);
}

function accountOf(id: string): string {
  return ACCOUNTS[Number(id.slice(1)) % ACCOUNTS.length] ?? "";
}
