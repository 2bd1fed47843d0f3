import { MODEL_ROUTES, type ModelRoute } from "#tenancy/model-choice";
import type { EnvironmentName } from "#tenancy/environments";
import { FEATURE_FLAGS, type FeatureFlag } from "#tenancy/feature-flags";
import type { TenantConfig } from "#tenancy/tenant-config";

/** A value that was found good, and what it makes of a tenant's config. */
export interface Setting {
  readonly value: boolean | string;
  apply(config: TenantConfig, environment: EnvironmentName): TenantConfig;
}

export type SettingResult =
  { readonly ok: true; readonly setting: Setting } | { readonly ok: false; readonly reason: string };

/** One thing of a tenant that can be set at run time. */
export interface SettingSpec {
  readonly name: string;
  readonly kind: "flag" | "model";
  /** What a config says of it; `undefined` where it says nothing. */
  valueIn(config: TenantConfig, environment: EnvironmentName): boolean | string | undefined;
  /** Checks a value from outside. `chatModels` are those that the tenant may call. */
  parse(value: unknown, chatModels: readonly string[]): SettingResult;
}

/**
 * Everything that can be set at run time, by name: the feature flags, `model` (the environment's chat model) and
 * `model:<route>` (that of one route). Each stands for the field of the config that it replaces, so a model is still
 * chosen in the one order: request, route, environment, tenant.
 */
export const SETTINGS: ReadonlyMap<string, SettingSpec> = new Map(
  [...FEATURE_FLAGS.map(flagSpec), environmentModelSpec(), ...MODEL_ROUTES.map(routeModelSpec)].map((spec) => [
    spec.name,
    spec,
  ]),
);

function flagSpec(name: FeatureFlag): SettingSpec {
  return {
    name,
    kind: "flag",
    valueIn: ({ featureFlags }) => featureFlags[name],
    parse: (value) => {
      if (typeof value !== "boolean") return { ok: false, reason: "must be true or false" };
      const apply = (config: TenantConfig): TenantConfig => ({
        ...config,
        featureFlags: { ...config.featureFlags, [name]: value },
      });
      return { ok: true, setting: { value, apply } };
    },
  };
}

function environmentModelSpec(): SettingSpec {
  return {
    name: "model",
    kind: "model",
    valueIn: ({ ai, environments }, environment) => environments[environment].models.chat ?? ai.models.chat,
    parse: (value, chatModels) =>
      parseModel(value, chatModels, (config, environment, chat) => {
        const before = config.environments[environment];
        const after = { ...before, models: { ...before.models, chat } };
        return { ...config, environments: { ...config.environments, [environment]: after } };
      }),
  };
}

function routeModelSpec(route: ModelRoute): SettingSpec {
  return {
    name: `model:${route}`,
    kind: "model",
    valueIn: ({ ai }) => ai.routes[route]?.chat,
    parse: (value, chatModels) =>
      parseModel(value, chatModels, (config, _, chat) => ({
        ...config,
        ai: { ...config.ai, routes: { ...config.ai.routes, [route]: { chat } } },
      })),
  };
}

function parseModel(
  value: unknown,
  chatModels: readonly string[],
  apply: (config: TenantConfig, environment: EnvironmentName, model: string) => TenantConfig,
): SettingResult {
  if (typeof value !== "string") return { ok: false, reason: "must be the id of a model" };
  if (!chatModels.includes(value)) {
    return { ok: false, reason: "the model is not a chat model of the tenant's allow-list" };
  }
  return { ok: true, setting: { value, apply: (config, environment) => apply(config, environment, value) } };
}
