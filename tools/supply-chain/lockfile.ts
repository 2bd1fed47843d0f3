/** A package of the lockfile: exactly these bytes, whoever serves them. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Base64 of the SHA-512 of its archive; absent when the lockfile pins nothing. */
  readonly sha512?: string;
  /** Another place than the registry, which the lockfile should not name. */
  readonly tarball?: string;
  /** It is for some machines only, so others do not install it. */
  readonly isForSomePlatforms: boolean;
}

/**
 * Packages of a pnpm lockfile, version 9, in its order. Reads the section `packages` line by line: pnpm writes one line for a
 * package and one for its resolution.
 *
 * @throws Error when the text is no such lockfile
 */
export function readLockfile(text: string): readonly LockedPackage[] {
  if (!text.startsWith("lockfileVersion: '9.0'")) throw new Error("not a pnpm lockfile of version 9.0");
  const [, section = ""] = /^packages:\n([^]*?)^snapshots:$/m.exec(text) ?? [];
  const found = [
    ...section.matchAll(
      /^ {2}'?((?:@[^/'\n]+\/)?[^@'\n]+)@([^'():\n]+)'?:\n {4}resolution: \{(.*)\}\n((?: {4}.*\n)*)/gm,
    ),
  ];
  const entries = section.match(/^ {2}\S.*:$/gm) ?? [];
  if (found.length === 0 || found.length !== entries.length)
    throw new Error(`read ${found.length} of ${entries.length} packages: adapt readLockfile to the lockfile's form`);
  return found.map(([, name = "", version = "", resolution = "", more = ""]) => {
    const sha512 = /\bintegrity: sha512-([A-Za-z0-9+/=]+)/.exec(resolution)?.[1];
    const tarball = /\btarball: ([^,}]+)/.exec(resolution)?.[1];
    return {
      name,
      version,
      isForSomePlatforms: /^ {4}(?:cpu|os|libc):/m.test(more),
      ...(sha512 === undefined ? {} : { sha512 }),
      ...(tarball === undefined ? {} : { tarball }),
    };
  });
}
