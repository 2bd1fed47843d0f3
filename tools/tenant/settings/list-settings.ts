import { allowedModels } from "#ai-gateway/choose-model";
import { SETTINGS, type SettingSpec } from "#settings/setting";
import type { EnvironmentName } from "#tenancy/environments";
import { FEATURE_FLAG_EFFECTS, FEATURE_FLAGS } from "#tenancy/feature-flags";
import type { TenantConfig } from "#tenancy/tenant-config";

/** One setting as it is, and why. */
export interface SettingRow {
  readonly name: string;
  /** What holds; absent where neither config nor anybody says. */
  readonly value?: boolean | string;
  /** What the config says. */
  readonly baked?: boolean | string;
  readonly isSet: boolean;
  /** Something is stored, and no Worker uses it: why. */
  readonly refused?: string;
  readonly about: string;
}

/** Every setting of an environment, and what is stored though no setting is called so. Pure. */
export function listSettings(
  config: TenantConfig,
  environment: EnvironmentName,
  stored: Readonly<Record<string, unknown>>,
): readonly SettingRow[] {
  const rows = [...SETTINGS.values()].map((spec) => rowOf(spec, config, environment, stored));
  const unknown = Object.keys(stored).filter((name) => !SETTINGS.has(name));
  return [
    ...rows,
    ...unknown.map((name) => ({
      name,
      isSet: false,
      refused: "there is no such setting",
      about: "remove it with unset",
    })),
  ];
}

/** What a setting does, for people. */
function aboutSetting(name: string): string {
  const flag = FEATURE_FLAGS.find((one) => one === name);
  if (flag !== undefined) return FEATURE_FLAG_EFFECTS[flag];
  const route = name.slice("model:".length);
  if (route === "") return "chat model of this environment, where neither request nor route names one";
  return `chat model of ${route}, where the request names none`;
}

function rowOf(
  spec: SettingSpec,
  config: TenantConfig,
  environment: EnvironmentName,
  stored: Readonly<Record<string, unknown>>,
): SettingRow {
  const { name } = spec;
  const about = aboutSetting(name);
  const baked = spec.valueIn(config, environment);
  const bakedPart = baked === undefined ? {} : { baked };
  if (!Object.hasOwn(stored, name)) {
    return { name, ...(baked === undefined ? {} : { value: baked }), ...bakedPart, isSet: false, about };
  }
  const result = spec.parse(stored[name], allowedModels(config, "chat"));
  if (result.ok) return { name, value: result.setting.value, ...bakedPart, isSet: true, about };
  return {
    name,
    ...(baked === undefined ? {} : { value: baked }),
    ...bakedPart,
    isSet: false,
    refused: result.reason,
    about,
  };
}

/** A value as people read and write it. */
export function formatValue(value: boolean | string | undefined): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : value ? "on" : "off";
}
