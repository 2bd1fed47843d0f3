import { builtinModules } from "node:module";
import path from "node:path";

/** The Bazel target whose imports are checked. */
export interface Target {
  /** `//platform/rag:rag`, as an error names it. */
  readonly label: string;
  /** Labels of its direct dependencies, as `//package:name`. */
  readonly deps: readonly string[];
}

/** A source file of a target, and the module specifiers in it. */
export interface SourceFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly specifiers: readonly string[];
}

/** `imports` of the root package.json: `#rag/*` → `./platform/rag/*.js`. */
export type ImportsMap = Readonly<Record<string, string>>;

const npmDep = /:node_modules\/(.+)$/;

/**
 * Every import of a target must be a *direct* dependency of it: neither the compiler nor the bundler minds a
 * dependency of a dependency, and the layers would hold on paper only. Returns one sentence per violation.
 */
export function findUndeclaredImports(target: Target, files: readonly SourceFile[], imports: ImportsMap): string[] {
  const ownPackage = packageOf(target.label);
  const packages = new Set([ownPackage]);
  const npmPackages = new Set<string>();
  for (const dep of target.deps) {
    const npm = npmDep.exec(dep)?.[1];
    if (npm === undefined) packages.add(packageOf(dep));
    else npmPackages.add(npm);
  }
  const complaint = (file: string, specifier: string): string | undefined => {
    if (specifier.startsWith(".")) return leavesPackage(file, specifier, ownPackage);
    if (specifier.startsWith("#")) return missesFirstParty(specifier, imports, packages);
    return missesNpm(specifier, npmPackages);
  };
  return files.flatMap(({ path: file, specifiers }) =>
    specifiers.flatMap((specifier) => {
      const reason = complaint(file, specifier);
      return reason === undefined ? [] : [`${file}: import "${specifier}": ${reason}`];
    }),
  );
}

function leavesPackage(file: string, specifier: string, ownPackage: string): string | undefined {
  const imported = path.posix.join(path.posix.dirname(file), specifier);
  if (isInside(path.posix.dirname(imported), ownPackage)) return undefined;
  return `a relative path must stay inside //${ownPackage}; write it with a # alias (see "imports" in package.json) and add the package to deps`;
}

function missesFirstParty(specifier: string, imports: ImportsMap, packages: ReadonlySet<string>): string | undefined {
  const alias = Object.keys(imports)
    .filter((key) => specifier.startsWith(key.replace("*", "")))
    .sort((a, b) => b.length - a.length)[0];
  const target = alias === undefined ? undefined : imports[alias];
  if (alias === undefined || target === undefined) return `no alias in "imports" of package.json matches`;
  const rest = specifier.slice(alias.indexOf("*"));
  const folder = path.posix.dirname(path.posix.normalize(target.replace("*", rest)));
  if ([...packages].some((name) => isInside(folder, name))) return undefined;
  return `add "//${folder}" to deps`;
}

function missesNpm(specifier: string, npmPackages: ReadonlySet<string>): string | undefined {
  if (specifier.startsWith("node:") || specifier.startsWith("cloudflare:")) return undefined;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (npmPackages.has(name) || npmPackages.has(`@types/${name}`)) return undefined;
  if (builtinModules.includes(name)) return `write "node:${specifier}"`;
  return `add "//:node_modules/${name}" to deps`;
}

function packageOf(label: string): string {
  return label.slice("//".length).split(":")[0] ?? "";
}

function isInside(folder: string, parent: string): boolean {
  return folder === parent || parent === "" || folder.startsWith(`${parent}/`);
}
