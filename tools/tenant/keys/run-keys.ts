import { type ApiKeyRecord, generateApiKey } from "#auth/api-key";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import { parseDuration, parseLabels, parseScopes } from "#tools/tenant/keys/parse-key-options";
import { listApiKeys, type StoredApiKey, storeApiKey } from "#tools/tenant/keys/stored-api-keys";
import { carryOut } from "#tools/tenant/settings/carry-out";
import { formatTable } from "#tools/tenant/settings/format-table";
import type { SettingsPlace } from "#tools/tenant/settings/settings-place";

/** What a person says of a new key. */
export interface KeyOptions {
  readonly scopes?: string | undefined;
  readonly acl?: string | undefined;
  readonly label?: string | undefined;
  readonly expires?: string | undefined;
  readonly overlap?: string | undefined;
}

/** How long a rotated key still works, unless somebody says otherwise. */
const OVERLAP = "24h";

/** Carries out `list`, `create`, `revoke ID` or `rotate ID`. Answers the exit code. */
export async function runKeys(
  place: SettingsPlace,
  args: readonly string[],
  options: KeyOptions,
  now: Date,
): Promise<number> {
  const [action = "list", id, ...more] = args;
  const takesId = action === "revoke" || action === "rotate";
  if (!takesId && action !== "list" && action !== "create")
    throw usage(`there is no command "${action}"`, "use list, create, revoke ID or rotate ID");
  if (more.length > 0 || takesId !== (id !== undefined))
    throw usage(`${action} takes ${takesId ? "the id of one key" : "no argument"}`, "ids are in the list");
  const keys = await listApiKeys(place.config.tenantId, place.keyValues);
  if (action === "list") return list(place, keys, now);
  if (action === "create") return create(place, options, now);
  const key = keys.find(({ record }) => record.id === id);
  if (key === undefined) throw usage(`there is no key "${id}"`, "list shows the ids");
  return action === "revoke" ? revoke(place, key) : rotate(place, key, options, now);
}

function list({ json, name, say }: SettingsPlace, keys: readonly StoredApiKey[], now: Date): number {
  const records = keys.map(({ record }) => record);
  if (json) {
    say(JSON.stringify({ place: name, keys: records }));
    return EXIT_CODES.ok;
  }
  say(name);
  if (records.length === 0) say("  no keys yet; make one: create --scopes chat,search");
  else
    for (const line of formatTable(["id", "created", "expires", "scopes", "label"], rows(records, now)))
      say(`  ${line}`);
  return EXIT_CODES.ok;
}

function rows(records: readonly ApiKeyRecord[], now: Date): string[][] {
  return records.map(({ id, createdAt, expiresAt, scopes, acl, label }) => [
    id,
    createdAt.slice(0, 10),
    expiresAt === undefined ? "never" : Date.parse(expiresAt) <= now.getTime() ? "EXPIRED" : expiresAt.slice(0, 16),
    [...scopes, ...acl.map((entry) => `acl=${entry}`)].join(","),
    label,
  ]);
}

async function create(place: SettingsPlace, options: KeyOptions, now: Date): Promise<number> {
  if (options.scopes === undefined) throw usage("--scopes is missing", "say what the key may do: --scopes chat,search");
  const { tenantId } = place.config;
  const made = await generateApiKey(tenantId, {
    label: options.label ?? "",
    scopes: parseScopes(options.scopes),
    acl: parseLabels(options.acl),
    nowMs: now.getTime(),
    ...(options.expires === undefined ? {} : { expiresAt: later(now, parseDuration("expires", options.expires)) }),
  });
  return carryOut(place, {
    changes: [`+ ${describe(made.record)}`],
    alreadySo: "",
    json: { record: made.record, ...(place.mode === "act" ? { key: made.key } : {}) },
    done: shownOnce(made.key),
    undo: commandOf(place, `revoke ${made.record.id}`),
    act: () => storeApiKey(tenantId, place.keyValues, made),
  });
}

function revoke(place: SettingsPlace, { storageKey, record }: StoredApiKey): Promise<number> {
  return carryOut(place, {
    changes: [`- ${describe(record)}`],
    alreadySo: "",
    json: { record },
    done: "done: refused everywhere within 60 seconds",
    act: () => place.keyValues.delete(storageKey),
  });
}

/** The old key keeps working for a while, so that nobody who uses it is locked out meanwhile. */
async function rotate(place: SettingsPlace, old: StoredApiKey, options: KeyOptions, now: Date): Promise<number> {
  const { tenantId } = place.config;
  const { label, scopes, acl } = old.record;
  const overlap = options.overlap ?? OVERLAP;
  const end = earlier(old.record.expiresAt, later(now, parseDuration("overlap", overlap)));
  const made = await generateApiKey(tenantId, {
    ...{ label, scopes, acl, nowMs: now.getTime() },
    ...(options.expires === undefined ? {} : { expiresAt: later(now, parseDuration("expires", options.expires)) }),
  });
  return carryOut(place, {
    changes: [`+ ${describe(made.record)}`, `~ ${old.record.id} ends ${end.slice(0, 16)}`],
    alreadySo: "",
    json: {
      record: made.record,
      rotated: old.record.id,
      endsAt: end,
      ...(place.mode === "act" ? { key: made.key } : {}),
    },
    done: shownOnce(made.key),
    act: async () => {
      // First the new one: whatever happens in between, one of them works.
      await storeApiKey(tenantId, place.keyValues, made);
      await place.keyValues.put(old.storageKey, JSON.stringify({ ...old.record, expiresAt: end }));
    },
  });
}

function describe({ id, label, scopes, expiresAt }: ApiKeyRecord): string {
  const end = expiresAt === undefined ? "" : `, until ${expiresAt.slice(0, 16)}`;
  return `${id}  ${scopes.join(",")}${end}${label === "" ? "" : `  "${label}"`}`;
}

function shownOnce(key: string): string {
  return `done. This is the key; it is shown only now, and stored nowhere:\n\n  ${key}\n`;
}

function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}

/** Of two times in ISO 8601, the first one. */
function earlier(a: string | undefined, b: string): string {
  return a !== undefined && Date.parse(a) < Date.parse(b) ? a : b;
}

function commandOf({ config, options }: SettingsPlace, args: string): string {
  return `tools/bazel run //tenants/${config.tenantId}:keys -- ${args}${options}`;
}

function usage(what: string, fix: string): CommandError {
  return new CommandError(what, { fix, exitCode: EXIT_CODES.usage });
}
