import { CommandError } from "#tools/command/command-line";
import { divideTraffic, readDeployments, readVersions } from "../account/workers.js";
import { readTraffic } from "../deploy/plan-deploy.js";
import type { DeployContext } from "../deploy/execute-deploy.js";
import { takeLease } from "../release/lease.js";
import type { Build } from "../release/read-build.js";
import { runWrangler } from "../wrangler/run-wrangler.js";

/** Secrets to set, or to delete (`null`). */
export type SecretChanges = Readonly<Record<string, string | null>>;

/**
 * Changes secrets: wrangler makes a version of the live release with them, which then gets all traffic. The release
 * stays the same. Answers the id of the version.
 *
 * @throws CommandError during a canary, and when the live release is neither the newest version nor this build
 */
export async function changeSecrets(context: DeployContext, build: Build, changes: SecretChanges): Promise<string> {
  const { account, store, wrangler, origin } = context;
  const worker = build.rendered.name;
  const lease = await takeLease(store, worker, `change of secrets by ${origin.deployedBy}`);
  try {
    const { activeId, release, isNewest } = await requireLiveRelease(context, build);
    // wrangler starts from the newest version: after a failed deploy that is another one, so ours is uploaded again.
    if (!isNewest) await runWrangler(["versions", "upload", "--tag", release], build.files, wrangler);
    const message = `secrets: ${Object.keys(changes).join(", ")}`.slice(0, 100);
    const args = ["versions", "secret", "bulk", "--tag", release, "--message", message];
    await runWrangler(args, build.files, wrangler, { option: [], values: changes });
    const [newest] = await readVersions(account, worker);
    if (newest === undefined || newest.id === activeId)
      throw new CommandError("wrangler made no version", { fix: "run it again" });
    await divideTraffic(account, worker, [{ version_id: newest.id, percentage: 100 }], message);
    const record = (await store.read(worker)).find(({ versionId }) => versionId === activeId);
    if (record !== undefined) {
      await store.write({
        ...record,
        ...origin,
        versionId: newest.id,
        message,
        status: "live",
        deployedAt: new Date().toISOString(),
      });
    }
    return newest.id;
  } finally {
    // It runs out by itself if this call fails.
    await lease.release().catch(() => undefined);
  }
}

/** What is live, if secrets can be added to it: it is the newest version, or can be uploaded again. */
async function requireLiveRelease(
  { account }: DeployContext,
  build: Build,
): Promise<{ activeId: string; release: string; isNewest: boolean }> {
  const worker = build.rendered.name;
  const [deployments, versions] = await Promise.all([readDeployments(account, worker), readVersions(account, worker)]);
  const { activeId, candidate } = readTraffic({ deployments });
  const tagOf = (id: string | undefined): string | undefined =>
    versions.find((version) => version.id === id)?.annotations?.["workers/tag"];
  const release = tagOf(activeId);
  if (activeId === undefined || release === undefined) {
    throw new CommandError(`${worker} is not deployed, or not from here`, { fix: "deploy it first: :deploy" });
  }
  if (candidate !== undefined) {
    throw new CommandError("a canary is in progress", { fix: "end it with :deploy -- --promote or --abort" });
  }
  const isNewest = tagOf(versions[0]?.id) === release;
  if (isNewest || build.release === release) return { activeId, release, isNewest };
  throw new CommandError("the live release is neither the newest version nor this build", {
    why: "a secret is added to the newest version, and that would bring its code along",
    fix: `deploy this build first, or check out the revision of ${release}; :rollback -- --list shows it`,
  });
}
