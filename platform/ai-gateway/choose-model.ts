import { catalogEntry, type ModelKind } from "#ai-gateway/model-catalog";
import { PlatformError } from "#base/errors";
import { allowList } from "#tenancy/model-choice";
import type { EnvironmentName } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";

/** What a model is chosen for. */
export interface ModelQuestion {
  readonly environment: EnvironmentName;
  /** The API route of the request, e.g. `/search`. */
  readonly route: string;
  /** The model that the request names. */
  readonly requested?: string | undefined;
  /** Tell a model that nobody knows (`model_not_found`) from one that is not allowed, as OpenAI's API does. */
  readonly tellsUnknown?: boolean;
}

type ChosenKind = Extract<ModelKind, "chat" | "embedding">;

/**
 * The chat model of a request: the one it names, else the route's, else the environment's, else the tenant's.
 * @throws PlatformError `model_not_allowed` for a model that is not on the tenant's allow-list, `model_not_found` as above.
 */
export function chooseChatModel(tenant: TenantConfig, question: ModelQuestion): string {
  if (question.requested !== undefined) return demandAllowed(tenant, "chat", question.requested, question);
  const routes = new Map(Object.entries(tenant.ai.routes));
  return (
    routes.get(question.route)?.chat ?? tenant.environments[question.environment].models.chat ?? tenant.ai.models.chat
  );
}

/**
 * The embedding model of a request. The route never decides: documents and questions must be embedded by the same model.
 * @throws PlatformError as `chooseChatModel`.
 */
export function chooseEmbeddingModel(tenant: TenantConfig, question: Omit<ModelQuestion, "route">): string {
  if (question.requested !== undefined) return demandAllowed(tenant, "embedding", question.requested, question);
  return tenant.environments[question.environment].models.embedding ?? tenant.ai.models.embedding;
}

/** Models that a request may name for a purpose, the tenant's own first. A model that the catalog does not know chats. */
export function allowedModels({ ai }: TenantConfig, kind: ChosenKind): string[] {
  return [...allowList(ai, kind)].filter(
    (model) => model === ai.models[kind] || (catalogEntry(model)?.kind ?? "chat") === kind,
  );
}

function demandAllowed(
  tenant: TenantConfig,
  kind: ChosenKind,
  requested: string,
  { tellsUnknown = false }: Pick<ModelQuestion, "tellsUnknown">,
): string {
  const allowed = allowedModels(tenant, kind);
  if (allowed.includes(requested)) return requested;
  if (tellsUnknown && catalogEntry(requested) === undefined && !isNamedIn(tenant, requested))
    throw new PlatformError("model_not_found", "There is no such model. GET /v1/models lists those you may use.");
  throw new PlatformError("model_not_allowed", `The model must be one of: ${allowed.join(", ")}.`);
}

function isNamedIn({ ai }: TenantConfig, model: string): boolean {
  return [...Object.values(ai.models), ...ai.allowedModels].includes(model);
}
