import path from "node:path";

/** A test, and the Worker that it boots: paths of their sources. */
export interface Suite {
  readonly test: string;
  readonly worker?: string;
  /** Only tests whose names match: a part of the suite that is quicker than all of it. */
  readonly names?: string;
}

const POOL = "platform/worker/testing/pool-entry.ts";
const MATRIX: Suite = { test: "tests/security/isolation-matrix.test.ts", worker: POOL };
/** Says who may use a route a second time, and boots nothing. */
const ROWS: Suite = { test: "tests/security/route-rows.test.ts" };
const SECURITY: readonly Suite[] = [
  { test: "tests/security/storage-walls.test.ts", worker: "platform/storage/testing/storage-worker.ts" },
  { test: "tests/security/peer-failures.test.ts", worker: POOL },
];

/**
 * Suites that may miss a wall of a source, those that are fast first: the tests of its own package, the cells of its routes,
 * those of tests/security and of the whole Worker, and last the matrix of all routes, which takes minutes.
 *
 * @param sources texts by path
 */
export function suitesOf(file: string, sources: ReadonlyMap<string, string>): readonly Suite[] {
  const folder = path.posix.dirname(file);
  const all = [...sources.keys()];
  // Each package has at most one Worker for its tests.
  const worker = all.find((name) => path.posix.dirname(name) === `${folder}/testing` && name.endsWith("-worker.ts"));
  const tests = all.filter((name) => path.posix.dirname(name) === folder && name.endsWith(".test.ts"));
  const own = tests.map((test) => (worker === undefined ? { test } : { test, worker }));
  // The test of the very file is the likeliest to miss something.
  const isItsTest = ({ test }: Suite): boolean => test === file.replace(/\.ts$/, ".test.ts");
  const ofWorker = all
    .filter((name) => /^platform\/worker\/[^/]+\.test\.ts$/.test(name))
    .map((test) => ({ test, worker: POOL }));
  const isItsTopic = ({ test }: Suite): boolean => path.basename(test, ".test.ts") === path.basename(file, ".ts");
  return [
    ...own.filter(isItsTest),
    ...own.filter((suite) => !isItsTest(suite)),
    ROWS,
    ...cellsOf(sources.get(file) ?? ""),
    ...SECURITY,
    ...ofWorker.filter(isItsTopic),
    ...ofWorker.filter((suite) => !isItsTopic(suite)),
    MATRIX,
  ];
}

/** The matrix for the routes of a source alone: asking all of them takes minutes. */
function cellsOf(source: string): readonly Suite[] {
  const paths = [...source.matchAll(/^ {4}path: "(\/[\w/-]+)/gm)].map(([, route = ""]) => route);
  return paths.length === 0 ? [] : [{ ...MATRIX, names: `[A-Z]+ (?:${[...new Set(paths)].join("|")})` }];
}
