import { activationSchema, activePromptsSchema, NEVER_ACTIVATED, type Activation } from "#settings/active-prompts";
import { activePromptsKey, promptVersionKey, promptVersionPrefix, type PromptName } from "#settings/prompt-version";
import { parseJson, settingsDocumentSchema, settingsKey, type SettingsDocument } from "#settings/settings-document";
import type { TenantId } from "#tenancy/tenant-id";
import type { KeyValues, Metadata } from "#tools/tenant/kv/key-values";

/** The values that are stored, unchecked; `undefined` when what is stored cannot be read. */
export type StoredValues = SettingsDocument["values"] | undefined;

/** A version of a prompt as a list shows it. */
export interface StoredVersion {
  readonly digest: string;
  /** When it was pushed, and why, as far as that is known. */
  readonly at?: string;
  readonly message?: string;
}

/** Reads and writes what a Worker finds in its KV: settings, prompt versions and the pointers to them. */
export class SettingsStore {
  readonly #keyValues: KeyValues;

  constructor(keyValues: KeyValues) {
    this.#keyValues = keyValues;
  }

  async readValues(tenantId: TenantId): Promise<StoredValues> {
    const text = await this.#keyValues.get(settingsKey(tenantId));
    if (text === undefined) return {};
    const document = settingsDocumentSchema.safeParse(parseJson(text));
    return document.success ? document.data.values : undefined;
  }

  async writeValues(tenantId: TenantId, values: SettingsDocument["values"], changedAt: Date): Promise<void> {
    const document: SettingsDocument = { values, changedAt: changedAt.toISOString() };
    await this.#keyValues.put(settingsKey(tenantId), JSON.stringify(document));
  }

  /** `undefined` when what is stored cannot be read. */
  async readActivation(tenantId: TenantId, name: PromptName): Promise<Activation | undefined> {
    const pointers = await this.#readPointers(tenantId);
    if (pointers === undefined) return undefined;
    if (!Object.hasOwn(pointers, name)) return NEVER_ACTIVATED;
    const activation = activationSchema.safeParse(pointers[name]);
    return activation.success ? activation.data : undefined;
  }

  /** Pointers of other prompts stay. */
  async writeActivation(tenantId: TenantId, name: PromptName, activation: Activation): Promise<void> {
    const pointers = { ...(await this.#readPointers(tenantId)), [name]: activation };
    await this.#keyValues.put(activePromptsKey(tenantId), JSON.stringify(pointers));
  }

  /** The text of a version, as it is stored. */
  async readVersion(tenantId: TenantId, name: PromptName, digest: string): Promise<string | undefined> {
    return this.#keyValues.get(promptVersionKey(tenantId, name, digest));
  }

  async writeVersion(
    tenantId: TenantId,
    name: PromptName,
    { digest, text, at, message }: StoredVersion & { readonly text: string },
  ): Promise<void> {
    const metadata: Metadata = { ...(at === undefined ? {} : { at }), ...(message === undefined ? {} : { message }) };
    await this.#keyValues.put(promptVersionKey(tenantId, name, digest), text, metadata);
  }

  /** All versions of a prompt, the one that was pushed last first. */
  async listVersions(tenantId: TenantId, name: PromptName): Promise<readonly StoredVersion[]> {
    const prefix = promptVersionPrefix(tenantId, name);
    const keys = await this.#keyValues.list(prefix);
    return keys
      .map(({ key, metadata }) => ({
        digest: key.slice(prefix.length),
        ...(typeof metadata?.["at"] === "string" ? { at: metadata["at"] } : {}),
        ...(typeof metadata?.["message"] === "string" ? { message: metadata["message"] } : {}),
      }))
      .toSorted((a, b) => (b.at ?? "").localeCompare(a.at ?? ""));
  }

  async #readPointers(tenantId: TenantId): Promise<Record<string, unknown> | undefined> {
    const text = await this.#keyValues.get(activePromptsKey(tenantId));
    if (text === undefined) return {};
    const pointers = activePromptsSchema.safeParse(parseJson(text));
    return pointers.success ? pointers.data : undefined;
  }
}
