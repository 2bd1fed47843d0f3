import type { Clock } from "#base/clock";
import { defect } from "#base/errors";
import { describeThrown, type Logger } from "#observability/logger";
import type { BakedPrompts, Prompts } from "#settings/baked-prompts";
import { type PromptsReading, readPrompts } from "#settings/read-prompts";
import { RefreshedValue } from "#settings/refreshed-value";
import { readSettingsDocument, type Refusal, type SettingsReading } from "#settings/settings-document";
import { type SettingsKv, StoredSettings, type StoredTexts } from "#settings/stored-settings";
import type { EnvironmentName } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantDirectory } from "#tenancy/tenant-directory";
import type { TenantId } from "#tenancy/tenant-id";

/** A tenant as it is at this moment: what the bundle says, and what was set at run time. */
export interface CurrentTenant {
  readonly config: TenantConfig;
  readonly prompts: Prompts;
  /** What was set at run time, as `name=value`; of prompts, the version. */
  readonly overrides: readonly string[];
}

export interface RuntimeSettingsParts {
  readonly kv: SettingsKv;
  readonly directory: TenantDirectory;
  readonly environment: EnvironmentName;
  readonly baked: BakedPrompts;
  /** The chat models that a tenant may call. */
  readonly chatModels: (tenant: TenantConfig) => readonly string[];
  readonly clock: Clock;
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly log: Logger;
}

/** One read, all of it. */
interface Snapshot {
  /** `undefined` before the first read. */
  readonly stored: StoredTexts | undefined;
  readonly settings: SettingsReading;
  readonly prompts: PromptsReading;
  readonly current: CurrentTenant;
}

/**
 * The tenants of an isolate with their flags, models and prompts of now. A change in KV is seen within a minute: 30 s at most in
 * KV's edge cache, 30 s at most here. When KV is slow or down, the last known values hold, at first those of the bundle.
 */
export class RuntimeSettings {
  readonly #parts: RuntimeSettingsParts;
  readonly #stored: StoredSettings;
  readonly #tenants = new Map<TenantId, RefreshedValue<Snapshot>>();

  constructor(parts: RuntimeSettingsParts) {
    this.#parts = parts;
    this.#stored = new StoredSettings(parts.kv);
  }

  /** Reads memory; KV at most once in 15 s, and waits for it 250 ms at most. */
  async current(tenantId: TenantId): Promise<CurrentTenant> {
    const value = this.#tenants.get(tenantId) ?? (await this.#begin(tenantId));
    return (await value.current()).current;
  }

  async #begin(tenantId: TenantId): Promise<RefreshedValue<Snapshot>> {
    const { directory } = this.#parts;
    const config = directory.byId(tenantId);
    if (config === undefined) throw defect("settings were asked for a tenant that this Worker does not serve");
    const prompts = await this.#parts.baked.find(tenantId, config);
    const initial: Snapshot = {
      stored: undefined,
      settings: { settings: new Map(), refusals: [] },
      prompts: { prompts: new Map(), refusals: [] },
      current: { config, prompts, overrides: [] },
    };
    // Kept when it is there, and not as a promise: that of a request which ends too early would be of no use to any other.
    const value = this.#tenants.get(tenantId) ?? this.#refreshed(tenantId, initial);
    this.#tenants.set(tenantId, value);
    return value;
  }

  #refreshed(tenantId: TenantId, initial: Snapshot): RefreshedValue<Snapshot> {
    const { clock, waitUntil, log } = this.#parts;
    return new RefreshedValue(initial, {
      clock,
      waitUntil,
      load: (previous) => this.#load(tenantId, initial.current, previous),
      reportFailure: (error) => {
        log.log("warn", "settings_not_read", { tenantId, dependency: "kv", error: describeThrown(error) });
      },
    });
  }

  async #load(tenantId: TenantId, baked: CurrentTenant, previous: Snapshot): Promise<Snapshot> {
    const stored = await this.#stored.readCurrent(tenantId);
    const settings =
      stored.settings === previous.stored?.settings
        ? previous.settings
        : readSettingsDocument(stored.settings, previous.settings.settings, this.#parts.chatModels(baked.config));
    const prompts = await readPrompts(tenantId, this.#stored, {
      pointers: stored.activePrompts,
      previous: previous.prompts.prompts,
      config: baked.config,
    });
    this.#report(tenantId, [...settings.refusals, ...prompts.refusals], previous);
    const isSame = settings === previous.settings && hasSameEntries(prompts.prompts, previous.prompts.prompts);
    const current = isSame ? previous.current : this.#combine(baked, settings, prompts);
    return { stored, settings, prompts, current };
  }

  #combine(baked: CurrentTenant, { settings }: SettingsReading, { prompts }: PromptsReading): CurrentTenant {
    const { environment } = this.#parts;
    return {
      config: [...settings.values()].reduce((config, setting) => setting.apply(config, environment), baked.config),
      prompts: { ...baked.prompts, ...Object.fromEntries(prompts) },
      overrides: [
        ...[...settings].map(([name, { value }]) => `${name}=${value}`),
        ...[...prompts].map(([name, { version }]) => `prompt:${name}=${version}`),
      ],
    };
  }

  /** One line for each refusal that is new: what stays broken is not told again every few seconds. */
  #report(tenantId: TenantId, refusals: readonly Refusal[], previous: Snapshot): void {
    const told = [...previous.settings.refusals, ...previous.prompts.refusals];
    for (const { setting, reason } of refusals) {
      if (told.some((before) => before.setting === setting && before.reason === reason)) continue;
      this.#parts.log.log("error", "setting_refused", { tenantId, setting, error: reason });
    }
  }
}

function hasSameEntries<Key, Value>(a: ReadonlyMap<Key, Value>, b: ReadonlyMap<Key, Value>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
