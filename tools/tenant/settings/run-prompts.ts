import { activate, NEVER_ACTIVATED, rollback, type Activation } from "#settings/active-prompts";
import { checkPrompt } from "#settings/prompt-template";
import { promptDigest, type PromptName, shortVersion } from "#settings/prompt-version";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import { unifiedDiff } from "#tools/quality/unified-diff";
import { carryOut, IN_FORCE } from "#tools/tenant/settings/carry-out";
import { formatTable } from "#tools/tenant/settings/format-table";
import {
  BAKED,
  findVersion,
  formatVersion,
  readStoredText,
  type BakedText,
} from "#tools/tenant/settings/prompt-versions";
import type { SettingsPlace } from "#tools/tenant/settings/settings-place";

/** What a prompt command is told besides its place. */
export interface PromptCall {
  readonly name: PromptName;
  readonly baked: BakedText;
}

/** Shows every version of a prompt, and which one is active. */
export async function listPrompts(place: SettingsPlace, { name, baked }: PromptCall): Promise<number> {
  const { tenantId } = place.config;
  const activation = await place.store.readActivation(tenantId, name);
  const stored = await place.store.listVersions(tenantId, name);
  const bakedDigest = baked === undefined ? undefined : await promptDigest(baked);
  const active = activation?.active ?? null;
  if (place.json) {
    const versions = stored.map((version) => ({ ...version, isActive: version.digest === active }));
    place.say(JSON.stringify({ place: place.name, prompt: name, active, baked: bakedDigest ?? null, versions }));
    return EXIT_CODES.ok;
  }
  place.say(`${place.name}: ${name}`);
  if (activation === undefined)
    place.say("! the stored pointer cannot be read: Workers go on with what they knew; activate a version");
  const rows = stored.map(({ digest, at, message }) => [
    digest === active ? "*" : "",
    shortVersion(digest),
    at?.slice(0, 16).replace("T", " ") ?? "",
    [...(digest === bakedDigest ? ["(as baked)"] : []), ...(message === undefined ? [] : [message])].join(" "),
  ]);
  const bakedVersion = bakedDigest === undefined ? "default" : shortVersion(bakedDigest);
  rows.push([active === null ? "*" : "", BAKED, "", `in the bundle of this checkout: ${bakedVersion}`]);
  for (const line of formatTable(["", "version", "pushed", "message"], rows)) place.say(`  ${line}`);
  return EXIT_CODES.ok;
}

/** Prints the text of a version: placeholders as they are. Without a word, of the active one. */
export async function showPrompt(place: SettingsPlace, call: PromptCall, word?: string): Promise<number> {
  const { tenantId } = place.config;
  const digest =
    word === undefined
      ? (await demandActivation(place, call.name)).active
      : findVersion(word, await place.store.listVersions(tenantId, call.name), call.name);
  const text = digest === null ? bakedText(call) : await readStoredText(place, call.name, digest);
  place.say(place.json ? JSON.stringify({ prompt: call.name, version: formatVersion(digest), text }) : text);
  return EXIT_CODES.ok;
}

/** Stores a text as a version, and makes it the active one if that is wanted. */
export async function pushPrompt(
  place: SettingsPlace,
  { name, baked }: PromptCall,
  pushed: {
    readonly text: string;
    readonly message: string | undefined;
    readonly shouldActivate: boolean;
    readonly now: Date;
  },
): Promise<number> {
  const { store, config } = place;
  const { text, message, now } = pushed;
  const digest = await promptDigest(text);
  const isStored = (await store.readVersion(config.tenantId, name, digest)) === text;
  const before = pushed.shouldActivate
    ? ((await store.readActivation(config.tenantId, name)) ?? NEVER_ACTIVATED)
    : undefined;
  const isSwitch = before !== undefined && before.active !== digest;
  const version = shortVersion(digest);
  return carryOut(place, {
    changes: [
      ...(isStored ? [] : [`+ ${name} ${version}  (${text.length} characters)`]),
      ...(isSwitch ? [`~ ${name}  ${formatVersion(before.active)} → ${version}`] : []),
    ],
    notes: isSwitch ? diffNotes(await textBefore(place, { name, baked }, before), text) : [],
    alreadySo: `${version} is stored already${before === undefined ? "" : " and active"}`,
    json: { prompt: name, version, digest, isNew: !isStored, activated: isSwitch },
    done: isSwitch ? `done: ${IN_FORCE}` : `done. next: ${commandOf(place, `activate ${version}`)}`,
    ...(isSwitch ? { undo: commandOf(place, "rollback") } : {}),
    act: async () => {
      // The text goes first: a pointer must never lead to nothing.
      const detail = message === undefined ? {} : { message };
      if (!isStored)
        await store.writeVersion(config.tenantId, name, { digest, text, at: now.toISOString(), ...detail });
      if (isSwitch) await store.writeActivation(config.tenantId, name, activate(before, digest));
    },
  });
}

/** Makes a stored version, or the bundle's, the active one. */
export async function activatePrompt(place: SettingsPlace, call: PromptCall, word: string): Promise<number> {
  const { store, config } = place;
  const digest = findVersion(word, await store.listVersions(config.tenantId, call.name), call.name);
  const before = await store.readActivation(config.tenantId, call.name);
  return switchTo(place, call, {
    before: before ?? NEVER_ACTIVATED,
    after: activate(before ?? NEVER_ACTIVATED, digest),
  });
}

/** Goes back to the version that was active before. */
export async function rollbackPrompt(place: SettingsPlace, call: PromptCall): Promise<number> {
  const before = await demandActivation(place, call.name);
  const after = rollback(before);
  if (after === undefined) {
    throw new CommandError(`${call.name} has no earlier version to go back to`, {
      why: `${formatVersion(before.active)} is active, and nothing was before it`,
      fix: `activate one: ${commandOf(place, "list")} shows them`,
    });
  }
  return switchTo(place, call, { before, after });
}

async function switchTo(
  place: SettingsPlace,
  call: PromptCall,
  { before, after }: { before: Activation; after: Activation },
): Promise<number> {
  const { name } = call;
  const text = after.active === null ? (call.baked ?? "") : await readStoredText(place, name, after.active);
  const [problem] = after.active === null ? [] : checkPrompt(text);
  if (problem !== undefined) {
    throw new CommandError(`version ${formatVersion(after.active)} cannot be used`, {
      why: problem.rule,
      fix: `${problem.remedy}, and push it again`,
    });
  }
  const isChange = before.active !== after.active;
  return carryOut(place, {
    changes: isChange ? [`~ ${name}  ${formatVersion(before.active)} → ${formatVersion(after.active)}`] : [],
    notes: isChange ? diffNotes(await textBefore(place, call, before), text) : [],
    alreadySo: `${formatVersion(after.active)} is active already`,
    json: { prompt: name, before: before.active, after: after.active },
    done: `done: ${IN_FORCE}`,
    undo: commandOf(place, `activate ${formatVersion(before.active)}`),
    act: () => place.store.writeActivation(place.config.tenantId, name, after),
  });
}

/** For the difference only: a version that is gone must not keep anybody from leaving it. */
async function textBefore(place: SettingsPlace, call: PromptCall, { active }: Activation): Promise<string> {
  if (active === null) return call.baked ?? "";
  return (await place.store.readVersion(place.config.tenantId, call.name, active)) ?? "";
}

function diffNotes(before: string, after: string): string[] {
  const diff = unifiedDiff(`${before}\n`, `${after}\n`);
  return diff === "" ? [] : diff.split("\n").map((line) => `    ${line}`);
}

async function demandActivation(place: SettingsPlace, name: PromptName): Promise<Activation> {
  const activation = await place.store.readActivation(place.config.tenantId, name);
  if (activation !== undefined) return activation;
  throw new CommandError("the stored pointer cannot be read", {
    why: "something else than these commands has written it; Workers go on with what they knew",
    fix: `activate a version: ${commandOf(place, "list")} shows them`,
  });
}

function bakedText({ name, baked }: PromptCall): string {
  if (baked !== undefined) return baked;
  throw new CommandError(`the tenant has no prompts/${name}.md`, {
    why: "the platform's own text holds",
    fix: "write the file, or push a version",
  });
}

function commandOf({ config, options }: SettingsPlace, args: string): string {
  return `tools/bazel run //tenants/${config.tenantId}:prompts -- ${args}${options}`;
}
