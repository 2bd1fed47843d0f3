import * as z from "#base/zod";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits on one request's body, in bytes, by kind of route. */
const bodyLimitsSchema = z.strictObject({
  /** `/chat`, `/search` and the other routes that take text from a user. */
  standardBytes: z._default(z.int().check(z.gte(KIB), z.lte(100 * MIB)), MIB),
  /** `/ingest`. */
  ingestBytes: z._default(z.int().check(z.gte(KIB), z.lte(100 * MIB)), 10 * MIB),
  /** Every other route. */
  smallBytes: z._default(z.int().check(z.gte(KIB), z.lte(MIB)), 64 * KIB),
});

/** Requests that one caller, one address or the whole tenant may make. */
const rateSchema = z
  .strictObject({
    /** In any 60 s. */
    perMinute: z.optional(z.int().check(z.gte(1), z.lte(10_000_000))),
    /** In any 10 s; never more than `perMinute`. */
    burst: z.optional(z.int().check(z.gte(1), z.lte(10_000_000))),
  })
  .check(
    z.refine(({ perMinute, burst }) => perMinute === undefined || burst === undefined || burst <= perMinute, {
      path: ["burst"],
      error: "must not be above perMinute: no 10 s can hold more than the 60 s around them",
    }),
  );

const ratesSchema = z.strictObject({
  /** Each API key; an anonymous caller is told apart by its address. Default 60 per minute, a third of it as burst. */
  principal: z.prefault(rateSchema, {}),
  /** Each address, IPv6 by its /64 network. Default: twice the principal's. */
  ip: z.prefault(rateSchema, {}),
  /** All requests of the tenant together. Default: twenty times the principal's. */
  tenant: z.prefault(rateSchema, {}),
});

const MICRO = 1_000_000;

const budgetSchema = z
  .strictObject({
    /** What is added up: everything, each API key for itself, or each model for itself. */
    scope: z.enum(["tenant", "key", "model"]),
    /** The one key or model that is meant; without it, each has this budget for itself. */
    id: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
    unit: z.enum(["tokens", "usd"]),
    /** Calendar day or month, in UTC. */
    window: z.enum(["day", "month"]),
    /** Tokens, or US dollars with at most six decimals. */
    limit: z.number().check(z.positive(), z.lte(1_000_000_000_000)),
    /** `enforce` refuses what would go over; `warn` only tells. */
    mode: z._default(z.enum(["enforce", "warn"]), "enforce"),
  })
  .check(
    z.refine(({ scope, id }) => scope !== "tenant" || id === undefined, {
      path: ["id"],
      error: 'has no meaning for scope "tenant": remove it',
    }),
    z.refine(({ unit, limit }) => unit !== "tokens" || Number.isInteger(limit), {
      path: ["limit"],
      error: "must be a whole number of tokens",
    }),
    z.refine(({ unit, limit }) => unit !== "usd" || (limit <= MICRO && isWholeMicros(limit)), {
      path: ["limit"],
      error: "must be at most 1,000,000 US dollars, with at most six decimals",
    }),
  );

const budgetsSchema = z._default(
  z.array(budgetSchema).check(
    z.maxLength(50),
    z.superRefine((budgets, context) => {
      const seen = new Set<string>();
      for (const [index, { scope, id, unit, window }] of budgets.entries()) {
        const key = JSON.stringify([scope, id, unit, window]);
        if (seen.has(key)) {
          context.addIssue({
            code: "custom",
            path: [index],
            message: `is there twice: one budget of ${unit} per ${window} for each ${scope}; remove one`,
          });
        }
        seen.add(key);
      }
    }),
  ),
  [],
);

/** How much of everything a tenant may use. */
export const limitsSchema = z.strictObject({
  body: z.prefault(bodyLimitsSchema, {}),
  /** `false` counts and refuses nothing: no rate limits, and budgets only warn. For benchmarks and bulk work. */
  enforced: z._default(z.boolean(), true),
  rate: z.prefault(ratesSchema, {}),
  budgets: budgetsSchema,
});

export type LimitsConfig = Readonly<z.output<typeof limitsSchema>>;
export type BudgetConfig = LimitsConfig["budgets"][number];
/** What the windows of rate limits are kept for. */
export type RateScope = keyof LimitsConfig["rate"];

function isWholeMicros(value: number): boolean {
  return Math.abs(value * MICRO - Math.round(value * MICRO)) < 1e-3;
}
