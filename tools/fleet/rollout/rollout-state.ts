import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";

/**
 * What became of a tenant.
 *
 * - `waiting`: not begun
 * - `running`: begun; if the process is gone, the next deploy of the tenant completes or undoes it
 * - `deployed`, `unchanged`: has the release
 * - `failed`: has what it had before, or says otherwise
 */
export const TENANT_STATUSES = ["waiting", "running", "deployed", "unchanged", "failed"] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

const tenantSchema = z.object({
  id: z.string(),
  /** Number of its wave, from 1. */
  wave: z.number(),
  status: z.enum(TENANT_STATUSES),
  release: z.optional(z.string()),
  versionId: z.optional(z.string()),
  seconds: z.optional(z.number()),
  /** Why it failed, and what to do. */
  why: z.optional(z.string()),
  fix: z.optional(z.string()),
});
export type TenantState = z.output<typeof tenantSchema>;

const stateSchema = z.object({
  environment: z.string(),
  startedAt: z.iso.datetime(),
  tenants: z.array(tenantSchema),
});
/** How far a deploy of many tenants has come. */
export type RolloutState = z.output<typeof stateSchema>;

/** The file in a checkout in which it is kept. */
export function stateFile(workspaceDir: string, environment: string): string {
  return path.join(workspaceDir, ".data", "fleet", `deploy-${environment}.json`);
}

/** The file is replaced as a whole: a killed run leaves the old or the new one. */
export function writeState(file: string, state: RolloutState): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(state, undefined, 1)}\n`);
  renameSync(`${file}.new`, file);
}

/** @throws CommandError when there is nothing to resume */
export function readState(file: string): RolloutState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new CommandError("there is no deploy to resume", {
      why: error instanceof z.core.$ZodError ? `${file} is not what was written` : `${file} cannot be read`,
      fix: "start one without --resume: what is deployed already is not deployed again",
    });
  }
}

/** The waves that are left: what is waiting, was interrupted or failed, in the waves they were in. Pure. */
export function wavesLeft({ tenants }: RolloutState): readonly (readonly string[])[] {
  const left = tenants.filter(({ status }) => status !== "deployed" && status !== "unchanged");
  const numbers = [...new Set(left.map(({ wave }) => wave))].toSorted((a, b) => a - b);
  return numbers.map((number) => left.filter(({ wave }) => wave === number).map(({ id }) => id));
}
