import type { EnvironmentName } from "#tenancy/environments";

/** Who a new tenant is, and what it starts with. */
export interface NewTenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly accountId: string;
  readonly hostnames: ReadonlyMap<EnvironmentName, readonly string[]>;
  /** Origins whose pages may call the tenant. */
  readonly origins: readonly string[];
  /** Tools it has; none leaves the choice to the platform. */
  readonly tools: readonly string[];
  /** Whether what is allowed by default is written out, so that it can be changed in place. */
  readonly hasPolicies: boolean;
}

/** The text of a new tenant's `tenant.config.json`: JSON with comments. Pure. */
export function tenantConfigText(tenant: NewTenant): string {
  const { tenantId, displayName, accountId, hostnames, origins, tools, hasPolicies } = tenant;
  const environments = [...hostnames].map(
    ([name, hosts]) => `    ${JSON.stringify(name)}: { "hostnames": ${JSON.stringify(hosts)} }`,
  );
  const fields = [
    `"tenantId": ${JSON.stringify(tenantId)}`,
    `"displayName": ${JSON.stringify(displayName)}`,
    `"accountId": ${JSON.stringify(accountId)}`,
    ...(environments.length === 0 ? [] : [`"environments": {\n${environments.join(",\n")}\n  }`]),
    ...(tools.length === 0 ? [] : [toolsText(tools)]),
    ...(origins.length === 0 ? [] : [`"cors": { "origins": ${JSON.stringify(origins)} }`]),
    ...(hasPolicies ? POLICIES : []),
  ];
  return `{\n${fields.map((field) => `  ${field}`).join(",\n")}\n}\n`;
}

function toolsText(tools: readonly string[]): string {
  return `// What callers and models may run here.\n  "tools": {\n    "enabled": ${JSON.stringify(tools)}\n  }`;
}

/** The defaults, written out. */
const POLICIES = [
  `// What a caller without a credential may do: nothing.
  "auth": { "anonymousScopes": [] }`,
  `// Requests of one caller, in any 60 and any 10 seconds; a budget is what the tenant may spend.
  "limits": {
    "rate": { "principal": { "perMinute": 60, "burst": 20 } },
    "budgets": [{ "scope": "tenant", "unit": "tokens", "window": "day", "limit": 2000000, "mode": "warn" }]
  }`,
  `// Conversations are removed after so many days.
  "sessions": { "retentionDays": 30 }`,
  `// Prompts and answers stay out of the logs.
  "logging": { "level": "info", "content": false }`,
];
