import * as z from "#base/zod";

/** A version by its digest, or `null`: the one in the bundle. */
const digestSchema = z.nullable(z.string().check(z.regex(/^[0-9a-f]{64}$/, { error: "must be a SHA-256 in hex" })));

/** How many earlier versions `rollback` can reach. */
export const MAX_EARLIER = 20;

/** Which version of one prompt is used, and which ones were before, latest first. */
export const activationSchema = z.object({
  active: digestSchema,
  earlier: z._default(z.array(digestSchema).check(z.maxLength(MAX_EARLIER)), []),
});

export type Activation = Readonly<z.output<typeof activationSchema>>;

/** The pointers of a tenant's prompts, by name: all there is to switch. Entries are checked one by one. */
export const activePromptsSchema = z.record(z.string(), z.unknown());

/** What holds where nothing was ever activated. */
export const NEVER_ACTIVATED: Activation = { active: null, earlier: [] };

/** Makes a version the active one. The one before can be rolled back to. Pure. */
export function activate({ active, earlier }: Activation, digest: string | null): Activation {
  if (digest === active) return { active, earlier };
  return { active: digest, earlier: [active, ...earlier].slice(0, MAX_EARLIER) };
}

/** Goes back to the version that was active before; `undefined` when there was none. Pure. */
export function rollback({ earlier }: Activation): Activation | undefined {
  const [active, ...rest] = earlier;
  return active === undefined ? undefined : { active, earlier: rest };
}
