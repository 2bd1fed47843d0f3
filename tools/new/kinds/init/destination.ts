import { accessSync, constants, existsSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";

import { MANIFEST } from "../../plan/manifest.js";
import { refuse } from "../refuse.js";

/** What shows that a folder is a repository, and not somebody's home. */
const SIGNS = [".git", "MODULE.bazel", "WORKSPACE", "WORKSPACE.bazel", "package.json", MANIFEST];

/**
 * The folder that the platform is brought to, if it may be: an empty one, one that is not there yet, or a repository.
 *
 * @param given as a person gave it
 * @param userDir where relative paths start
 * @param checkout root of the platform's checkout
 * @throws CommandError with exit code 2
 */
export function findDestination(given: string, userDir: string, checkout: string): string {
  if (given.trim() === "" || given.includes("\0")) refuse("say which folder the platform is brought to");
  const wanted = path.resolve(userDir, given);
  const nearest = nearestFolder(wanted, given);
  const folder = path.join(realpathSync(nearest), path.relative(nearest, wanted));
  const home = realpathSync(checkout);
  if (isWithin(folder, home)) refuse(`${given} is in this checkout: name a folder outside of it`);
  if (isWithin(home, folder)) refuse(`${given} holds this checkout: name a folder beside it`);
  refuseUnwritable(nearest, given);
  if (
    nearest === wanted &&
    readdirSync(folder).length > 0 &&
    !SIGNS.some((sign) => existsSync(path.join(folder, sign)))
  ) {
    refuse(
      `${given} is neither empty nor a repository: name a folder that has ${SIGNS.slice(0, 2).join(" or ")}, or none`,
    );
  }
  return folder;
}

/** The folder itself, or the nearest above it that is there. A link that leads nowhere is there, and no folder. */
function nearestFolder(wanted: string, given: string): string {
  let nearest = wanted;
  while (lstatSync(nearest, { throwIfNoEntry: false }) === undefined) nearest = path.dirname(nearest);
  const isFolder = existsSync(nearest) && lstatSync(realpathSync(nearest)).isDirectory();
  if (!isFolder) refuse(nearest === wanted ? `${given} is no folder` : `${given} would be below what is no folder`);
  return nearest;
}

function refuseUnwritable(folder: string, given: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.R_OK | constants.X_OK);
  } catch {
    // Whatever forbids it.
    refuse(`${given} cannot be written: mind who owns it, or name another folder`);
  }
}

function isWithin(folder: string, outer: string): boolean {
  const between = path.relative(outer, folder);
  return between === "" || (between !== ".." && !between.startsWith(`..${path.sep}`) && !path.isAbsolute(between));
}
