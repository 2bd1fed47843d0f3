import * as z from "#base/zod";

import { allowList, type ModelRoute } from "#tenancy/model-choice";

/** Workers AI ids (`@cf/…`, `@hf/…`) and `<provider>/<model>` ids of AI Gateway. */
export const modelIdSchema = z.string().check(
  z.maxLength(200),
  z.regex(/^@?[A-Za-z0-9._-]+(\/[A-Za-z0-9._:-]+)+$/, {
    error: 'must be a model id such as "@cf/meta/llama-3.3-70b-instruct-fp8-fast"',
  }),
);

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** How long a model may take, in milliseconds. */
const timeoutsSchema = z.strictObject({
  /** From one attempt's start to its first token; then the next model of the chain is asked. */
  firstTokenMs: z._default(z.int().check(z.gte(50), z.lte(MINUTE_MS)), 20_000),
  /** Silence in the middle of an answer, after which it counts as broken off. */
  idleMs: z._default(z.int().check(z.gte(50), z.lte(MINUTE_MS)), 15_000),
  /** A whole call, its fallbacks and the last token included. */
  totalMs: z._default(z.int().check(z.gte(SECOND_MS), z.lte(15 * MINUTE_MS)), 5 * MINUTE_MS),
  /** One batch of texts to embed. */
  embeddingMs: z._default(z.int().check(z.gte(50), z.lte(MINUTE_MS)), 20_000),
  /** Ordering the passages of one search; then they stay in the order they have. */
  rerankMs: z._default(z.int().check(z.gte(50), z.lte(MINUTE_MS)), 2_000),
});

/** Routes whose chat model can be set apart from `models.chat`. */
const routeSchema = z.optional(z.strictObject({ chat: modelIdSchema }));

const routesSchema = z.strictObject({
  "/chat": routeSchema,
  "/search": routeSchema,
  "/tools/execute": routeSchema,
  "/v1/chat/completions": routeSchema,
} satisfies Record<ModelRoute, typeof routeSchema>);

/** Which model does what, which others a caller may ask for, and what happens when one fails. */
export const aiSchema = z.strictObject({
  models: z.prefault(
    z.strictObject({
      chat: z._default(modelIdSchema, "@cf/meta/llama-3.3-70b-instruct-fp8-fast"),
      embedding: z._default(modelIdSchema, "@cf/baai/bge-base-en-v1.5"),
      /** Orders passages by how well they answer. When it is asked: `search.rerank`. */
      rerank: z._default(modelIdSchema, "@cf/baai/bge-reranker-base"),
      /** Speaks, where `tts.provider` names whose it is. Default: the provider's own. */
      speech: z.optional(modelIdSchema),
    }),
    {},
  ),
  /** Models that may be used besides `models`: by a request, a route, an environment or a fallback. */
  allowedModels: z._default(z.array(modelIdSchema).check(z.maxLength(50)), []),
  /** Chat model of a route, where it is not the one of the environment or the tenant. */
  routes: z.prefault(routesSchema, {}),
  /** Chat models to ask instead of one that is down or slow, in order. */
  fallbacks: z._default(z.record(modelIdSchema, z.array(modelIdSchema).check(z.minLength(1), z.maxLength(4))), {}),
  timeouts: z.prefault(timeoutsSchema, {}),
  /** How long AI Gateway may answer an identical call from its cache, in seconds. 0: never. */
  cacheTtlSeconds: z._default(z.int().check(z.gte(0), z.lte(2_678_400)), 0),
});

export type AiConfig = Readonly<z.output<typeof aiSchema>>;

/** Models of one environment, where they are not the tenant's. */
export const environmentModelsSchema = z.strictObject({
  chat: z.optional(modelIdSchema),
  embedding: z.optional(modelIdSchema),
});

/** The parts of a tenant's config in which models are named. */
interface ModelChoices {
  readonly ai: AiConfig;
  readonly search: { readonly understanding: { readonly model?: string | undefined } };
  readonly environments: Readonly<Record<string, { readonly models: z.output<typeof environmentModelsSchema> }>>;
}

/** Every model that a config names must be on its allow-list, so that the list alone tells what may be called. */
export function checkModels({ ai, search, environments }: ModelChoices, context: z.core.$RefinementCtx): void {
  const chat = allowList(ai, "chat");
  const demand = (allowed: ReadonlySet<string>, path: (string | number)[], model: string | undefined): void => {
    if (model === undefined || allowed.has(model)) return;
    refuse(
      context,
      path,
      `"${model}" is not on the allow-list`,
      `add "${model}" to ai.allowedModels, or name one of: ${[...allowed].join(", ")}`,
    );
  };
  for (const [route, models] of Object.entries(ai.routes)) demand(chat, ["ai", "routes", route, "chat"], models?.chat);
  demand(chat, ["search", "understanding", "model"], search.understanding.model);
  for (const [name, { models }] of Object.entries(environments)) {
    demand(chat, ["environments", name, "models", "chat"], models.chat);
    demand(allowList(ai, "embedding"), ["environments", name, "models", "embedding"], models.embedding);
  }
  for (const [model, fallbacks] of Object.entries(ai.fallbacks)) {
    demand(chat, ["ai", "fallbacks", model], model);
    fallbacks.forEach((fallback, index) => demand(chat, ["ai", "fallbacks", model, index], fallback));
    checkChain(model, fallbacks, context);
  }
  const { firstTokenMs, totalMs } = ai.timeouts;
  if (firstTokenMs > totalMs)
    refuse(
      context,
      ["ai", "timeouts", "firstTokenMs"],
      `${firstTokenMs} is more than totalMs, ${totalMs}`,
      "lower firstTokenMs, or raise totalMs",
    );
}

/** Asking a model twice in one chain only doubles the wait. */
function checkChain(model: string, fallbacks: readonly string[], context: z.core.$RefinementCtx): void {
  fallbacks.forEach((fallback, index) => {
    if (fallback !== model && fallbacks.indexOf(fallback) === index) return;
    refuse(
      context,
      ["ai", "fallbacks", model, index],
      `"${fallback}" is in this chain already`,
      "name each model once, and never the one it stands in for",
    );
  });
}

function refuse(context: z.core.$RefinementCtx, path: (string | number)[], message: string, remedy: string): void {
  context.addIssue({ code: "custom", path, message, params: { remedy } });
}
