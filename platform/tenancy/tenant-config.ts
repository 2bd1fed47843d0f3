import * as z from "#base/zod";

import { aiSchema, checkModels } from "#tenancy/ai-config";
import { authSchema } from "#tenancy/auth-config";
import { environmentsSchema } from "#tenancy/environment-config";
import { type EnvironmentName, ENVIRONMENTS, resolveEnvironment } from "#tenancy/environments";
import type { FeatureFlag } from "#tenancy/feature-flags";
import { insightsSchema } from "#tenancy/insights-config";
import { limitsSchema } from "#tenancy/limits-config";
import { searchSchema } from "#tenancy/search-config";
import { sessionsSchema } from "#tenancy/sessions-config";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { toolsSchema } from "#tenancy/tools-config";
import { ttsSchema } from "#tenancy/tts-config";

/** Where vectors live. `namespace`: a namespace per tenant in the environment's index. `index`: the index is the tenant's alone. */
const vectorizeSchema = z.strictObject({
  mode: z._default(z.enum(["namespace", "index"]), "namespace"),
  /** Must equal the length of the embedding model's vectors. */
  dimensions: z._default(z.int().check(z.gte(32), z.lte(1536)), 768),
  metric: z._default(z.enum(["cosine", "euclidean", "dot-product"]), "cosine"),
});

const corsSchema = z.strictObject({
  /** Exact origins whose pages may call the API, e.g. `https://app.acme.example`. */
  origins: z._default(
    z
      .array(
        z.string().check(
          z.regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/, {
            error: "must be an exact origin: scheme, host, optional port, no path",
          }),
        ),
      )
      .check(z.maxLength(100)),
    [],
  ),
});

const loggingSchema = z.strictObject({
  level: z._default(z.enum(["debug", "info", "warn", "error"]), "info"),
  /** Whether prompts and answers may appear in logs, redacted. */
  content: z._default(z.boolean(), false),
});

const tenancySchema = z.strictObject({
  /** Demand `x-tenant-id` even where the Worker serves this tenant alone. */
  requireHeader: z._default(z.boolean(), false),
});

const flagSchema = z._default(z.boolean(), true);
const featureFlagsSchema = z.strictObject({
  ingestion: flagSchema,
  openaiApi: flagSchema,
  searchAnswers: flagSchema,
  tools: flagSchema,
} satisfies Record<FeatureFlag, typeof flagSchema>);

const fields = z.strictObject({
  /** For editors; ignored. */
  $schema: z.optional(z.string()),
  tenantId: tenantIdSchema,
  displayName: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
  accountId: z
    .string()
    .check(z.regex(/^[0-9a-f]{32}$/, { error: "must be the 32 hex digits of a Cloudflare account id" })),
  /** A disabled tenant answers every call with `tenant_unknown`. */
  enabled: z._default(z.boolean(), true),
  environments: z.prefault(environmentsSchema, {}),
  tenancy: z.prefault(tenancySchema, {}),
  ai: z.prefault(aiSchema, {}),
  vectorize: z.prefault(vectorizeSchema, {}),
  cors: z.prefault(corsSchema, {}),
  auth: z.prefault(authSchema, {}),
  limits: z.prefault(limitsSchema, {}),
  sessions: z.prefault(sessionsSchema, {}),
  search: z.prefault(searchSchema, {}),
  tools: z.prefault(toolsSchema, {}),
  tts: z.prefault(ttsSchema, {}),
  featureFlags: z.prefault(featureFlagsSchema, {}),
  logging: z.prefault(loggingSchema, {}),
  insights: z.prefault(insightsSchema, {}),
  /** Names of the secrets that each deployed environment must have. Their texts are set with `:secrets`, never here. */
  secrets: z._default(
    z
      .array(
        z.string().check(
          z.regex(/^[A-Z][A-Z0-9_]{0,127}$/, {
            error:
              "must be a name such as SPEECH_KEY: upper case, digits and _. The text of a secret does not belong here",
          }),
        ),
      )
      .check(z.maxLength(100)),
    [],
  ),
});

/**
 * The one definition of a tenant's configuration: the macro, the Worker, the generators and the docs all read it from here.
 * Unknown keys are refused; everything but identity has a default.
 */
export const tenantConfigSchema = fields.check(z.superRefine(checkAcrossFields));

export type TenantConfig = Readonly<z.output<typeof tenantConfigSchema>>;
/** A config as a person writes it, defaults left out. */
export type TenantConfigInput = z.input<typeof tenantConfigSchema>;

function checkAcrossFields(config: z.output<typeof fields>, context: z.core.$RefinementCtx): void {
  checkModels(config, context);
  checkSharedResources(config, context);
}

/** Environments must not share anything: a test run in staging must never touch what production stores. */
function checkSharedResources(config: z.output<typeof fields>, context: z.core.$RefinementCtx): void {
  const seen = new Map<string, EnvironmentName>();
  for (const name of ENVIRONMENTS) {
    const environment = resolveEnvironment(config.tenantId, config.environments, name);
    const owned: [string[], string | undefined][] = [
      [["workerName"], environment.workerName],
      [["resources", "kvNamespaceId"], environment.kvNamespaceId],
      [["resources", "d1DatabaseId"], environment.d1DatabaseId],
      [["resources", "d1DatabaseName"], environment.d1DatabaseName],
      [["resources", "vectorizeIndex"], environment.vectorizeIndex],
      [["resources", "gatewayId"], environment.gatewayId],
      ...environment.hostnames.map((host, index): [string[], string] => [["hostnames", String(index)], host]),
    ];
    for (const [path, value] of owned) {
      if (value === undefined) continue;
      const kind = path.find((part) => !/^\d+$/.test(part) && part !== "resources") ?? "";
      const key = JSON.stringify([kind, value]);
      const other = seen.get(key);
      if (other !== undefined) {
        context.addIssue({
          code: "custom",
          path: ["environments", name, ...path],
          message: `"${value}" is used by ${other} as well: environments never share a resource`,
        });
      }
      seen.set(key, name);
    }
  }
}
