import { allowedModels } from "#ai-gateway/choose-model";
import { SETTINGS, type SettingSpec } from "#settings/setting";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import { carryOut, IN_FORCE } from "#tools/tenant/settings/carry-out";
import { formatTable } from "#tools/tenant/settings/format-table";
import { formatValue, listSettings, type SettingRow } from "#tools/tenant/settings/list-settings";
import type { SettingsPlace } from "#tools/tenant/settings/settings-place";

type Values = Readonly<Record<string, unknown>>;

/** How many arguments each command takes. */
const ARGUMENTS: ReadonlyMap<string, number> = new Map([
  ["list", 0],
  ["get", 1],
  ["set", 2],
  ["unset", 1],
]);

/** Carries out `list`, `get NAME`, `set NAME VALUE` or `unset NAME`. Answers the exit code. */
export async function runFlags(place: SettingsPlace, args: readonly string[], now: Date): Promise<number> {
  const [action = "list", name, text, ...more] = args;
  const wanted = ARGUMENTS.get(action);
  if (wanted === undefined)
    throw usage(`there is no command "${action}"`, "use list, get NAME, set NAME VALUE or unset NAME");
  const given = [name, text, ...more].filter((part) => part !== undefined).length;
  if (given !== wanted) throw usage(`${action} takes ${wanted} argument${wanted === 1 ? "" : "s"}, not ${given}`);
  const stored = await place.store.readValues(place.config.tenantId);
  if (action === "list") return list(place, stored);
  if (action === "get") return get(place, stored ?? {}, name ?? "");
  return action === "set" ? set(place, stored, name ?? "", text ?? "", now) : unset(place, stored, name ?? "", now);
}

function list({ config, environment, json, name, say }: SettingsPlace, stored: Values | undefined): number {
  const rows = listSettings(config, environment, stored ?? {});
  if (json) {
    say(JSON.stringify({ place: name, isReadable: stored !== undefined, settings: rows }));
    return EXIT_CODES.ok;
  }
  say(name);
  if (stored === undefined)
    say("! what is stored cannot be read: Workers go on with what they knew; set something to replace it");
  for (const line of formatTable(["name", "value", "from", "about"], rows.map(cellsOf))) say(`  ${line}`);
  return EXIT_CODES.ok;
}

function cellsOf(row: SettingRow): string[] {
  const from = row.refused !== undefined ? "REFUSED" : row.isSet ? "set" : row.baked === undefined ? "" : "config";
  return [row.name, formatValue(row.value), from, row.refused ?? row.about];
}

function get({ config, environment, json, say }: SettingsPlace, stored: Values, name: string): number {
  demandSetting(name);
  const row = listSettings(config, environment, stored).find((candidate) => candidate.name === name);
  say(json ? JSON.stringify(row) : formatValue(row?.value));
  return EXIT_CODES.ok;
}

function set(place: SettingsPlace, stored: Values | undefined, name: string, text: string, now: Date): Promise<number> {
  const spec = demandSetting(name);
  const value = parseValue(place, spec, text);
  const before = rowOf(place, stored ?? {}, name);
  const after = { ...stored, [name]: value };
  const isChange = stored === undefined || !before.isSet || before.value !== value;
  return carryOut(place, {
    changes: isChange ? [`~ ${name}  ${formatValue(before.value)} → ${formatValue(value)}`] : [],
    notes: stored === undefined ? ["  ! what is stored cannot be read: this replaces all of it"] : [],
    alreadySo: `${name} is set to ${formatValue(value)} already`,
    json: { name, before: before.value ?? null, after: value },
    done: `done: ${IN_FORCE}`,
    undo: before.isSet
      ? commandOf(place, `set ${name} ${formatValue(before.value)}`)
      : commandOf(place, `unset ${name}`),
    act: () => place.store.writeValues(place.config.tenantId, after, now),
  });
}

function unset(place: SettingsPlace, stored: Values | undefined, name: string, now: Date): Promise<number> {
  const isStored = stored !== undefined && Object.hasOwn(stored, name);
  // What nobody knows can still be taken away.
  if (!isStored) demandSetting(name);
  const before = rowOf(place, stored ?? {}, name);
  const after = Object.fromEntries(Object.entries(stored ?? {}).filter(([key]) => key !== name));
  return carryOut(place, {
    changes: isStored ? [`- ${name}  ${formatValue(before.value)} → ${formatValue(before.baked)} (config)`] : [],
    alreadySo: `${name} is not set`,
    json: { name, before: before.value ?? null, after: before.baked ?? null },
    done: `done: ${IN_FORCE}`,
    ...(before.isSet ? { undo: commandOf(place, `set ${name} ${formatValue(before.value)}`) } : {}),
    act: () => place.store.writeValues(place.config.tenantId, after, now),
  });
}

function rowOf({ config, environment }: SettingsPlace, stored: Values, name: string): SettingRow {
  const row = listSettings(config, environment, stored).find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`${name} has no row`);
  return row;
}

function parseValue({ config }: SettingsPlace, spec: SettingSpec, text: string): boolean | string {
  const chatModels = allowedModels(config, "chat");
  const result = spec.parse(spec.kind === "flag" ? parseSwitch(text) : text, chatModels);
  if (result.ok) return result.setting.value;
  const fix =
    spec.kind === "flag" ? "write on or off" : `use one of: ${chatModels.join(", ")}; ai.allowedModels adds others`;
  throw usage(`${spec.name} cannot be "${text}"`, fix, result.reason);
}

function parseSwitch(text: string): unknown {
  if (text === "on" || text === "true") return true;
  return text === "off" || text === "false" ? false : text;
}

function demandSetting(name: string): SettingSpec {
  const spec = SETTINGS.get(name);
  if (spec !== undefined) return spec;
  throw usage(`there is no setting "${name}"`, `use one of: ${[...SETTINGS.keys()].join(", ")}`);
}

function commandOf({ config, options }: SettingsPlace, args: string): string {
  return `tools/bazel run //tenants/${config.tenantId}:flags -- ${args}${options}`;
}

function usage(what: string, fix = "run it with --help: it shows every command", why?: string): CommandError {
  return new CommandError(what, { fix, exitCode: EXIT_CODES.usage, ...(why === undefined ? {} : { why }) });
}
