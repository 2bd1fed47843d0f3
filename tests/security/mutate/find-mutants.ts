/** A source with one wall less. */
export interface Mutant {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Which kind of wall was taken away. */
  readonly kind: string;
  readonly before: string;
  readonly after: string;
  /** The line as it was, without its indent. */
  readonly source: string;
  /** The whole source. */
  readonly text: string;
}

interface Operator {
  readonly kind: string;
  readonly pattern: RegExp;
  /** What stands there in place of a match, by the match and its groups. */
  readonly replace: (match: string, ...groups: string[]) => string;
  /** Sources it is for; absent: all. */
  readonly files?: RegExp;
}

/** Ways to take a wall away. What is left still compiles and runs: only the wall is missing. */
const OPERATORS: readonly Operator[] = [
  {
    kind: "statement without its tenant",
    pattern: /\b(?:\w+\.)?tenant_id = \?1/g,
    replace: () => "?1 IS NOT NULL",
    files: /^platform\/storage\//,
  },
  {
    kind: "join without the tenant",
    pattern: /\b\w+\.tenant_id = \w+\.tenant_id/g,
    replace: () => "true",
    files: /^platform\/storage\//,
  },
  { kind: "principal not asked for by a statement", pattern: /\bprincipal_id = \?2/g, replace: () => "?2 IS NOT NULL" },
  { kind: "key without its tenant", pattern: /\bscopedKey\(tenantId,/g, replace: () => 'scopedKey("shared",' },
  {
    kind: "namespace of everybody",
    pattern: /\bnamespace: tenantId\b/g,
    replace: () => 'namespace: "shared"',
  },
  {
    kind: "object that does not ask whose it is",
    pattern: /this\.env\.\w+\.idFromName\([^\n]*?\)\.equals\(this\.ctx\.id\)/g,
    replace: () => "true",
  },
  {
    kind: "tenant not compared",
    pattern: /([\w.()[\]?]+) (===|!==) ((?:\w+\.)*tenantId)\b/g,
    replace: (match, _left, operator) => `(${match} ${operator === "===" ? "|| true" : "&& false"})`,
  },
  {
    kind: "principal not compared",
    pattern: /([\w.()?]+) (===|!==) ((?:\w+\.)*(?:principalId|principal\.id))\b/g,
    replace: (match, _left, operator) => `(${match} ${operator === "===" ? "|| true" : "&& false"})`,
  },
  {
    kind: "owner that anybody is",
    pattern: /\bprincipalId: principal\.id\b/g,
    replace: () => 'principalId: "anybody"',
  },
  {
    kind: "list of everybody's",
    pattern: /\.list\(tenant\.tenantId, principal\.id,/g,
    replace: () => '.list(tenant.tenantId, "anybody",',
  },
  {
    kind: "tag of everybody",
    pattern: /JSON\.stringify\(\[tenantId(?=[\],])/g,
    replace: () => 'JSON.stringify(["shared"',
  },
  { kind: "word of everybody", pattern: /hexOf\(tenantId\)/g, replace: () => 'hexOf("shared")' },
  { kind: "tag not looked at", pattern: /\bhasTenantTag\(match\.id, tag\)/g, replace: () => "true" },
  {
    kind: "tag not demanded",
    pattern: /^( +)assertTenantTag\(/gm,
    replace: (_, indent) => `${indent}((..._: unknown[]) => undefined)(`,
  },
  {
    kind: "scope not demanded",
    pattern: /^( +)(require(?:Access|Scope|Key|Tool)\([^\n]*\));$/gm,
    replace: (_, indent) => `${indent};`,
  },
  {
    kind: "refusal for a scope left out",
    pattern: /\bif \((?=[^\n]*(?:hasScope|holdsToolScope|mayUseTool))/g,
    replace: () => "if (false && ",
  },
  { kind: "every scope held", pattern: /return principal\.scopes\.has\(scope\)/g, replace: () => "return true" },
  {
    kind: "route for every key",
    pattern: /\baccess: "(?:chat|search|ingest|metrics|admin|tts)"/g,
    replace: () => 'access: "any-key"',
    files: /^platform\/worker\/routes\//,
  },
  {
    kind: "route for everybody",
    pattern: /\baccess: "(?:any-key|any-tool)"/g,
    replace: () => 'access: "public"',
    files: /^platform\/worker\/routes\//,
  },
  {
    kind: "key of any tenant",
    pattern: /\bif \((?=claimedTenantOfKey\()/g,
    replace: () => "if (false && ",
  },
  { kind: "key for ever", pattern: /Date\.parse\(record\.expiresAt\) <= nowMs/g, replace: () => "false" },
  { kind: "key that nobody made", pattern: /record === undefined \|\| \(/g, replace: () => "false || (" },
];

/** Sources whose walls are the platform's: no tests, no stand-ins. */
export function isMutable(file: string): boolean {
  return (
    /^platform\/[\w/-]+\.ts$/.test(file) &&
    !/\.test\.ts$|^platform\/(?:simulators|console)\/|\/testing\/|\/testdata\//.test(file)
  );
}

/** Every mutant of a source, one wall each. */
export function findMutants(file: string, source: string): readonly Mutant[] {
  const operators = OPERATORS.filter(({ files }) => files === undefined || files.test(file));
  return operators.flatMap(({ kind, pattern, replace }) =>
    [...source.matchAll(pattern)]
      .filter(({ index }) => !isComment(source, index))
      .map((found) => {
        const [before, ...groups] = found;
        const after = replace(before, ...groups);
        const text = `${source.slice(0, found.index)}${after}${source.slice(found.index + before.length)}`;
        const line = source.slice(0, found.index).split("\n").length;
        const whole = source.split("\n")[line - 1]?.trim() ?? "";
        return { file, line, kind, before: before.trim(), after: after.trim(), source: whole, text };
      }),
  );
}

function isComment(source: string, index: number): boolean {
  const start = source.lastIndexOf("\n", index) + 1;
  return /^\s*(?:\*|\/\/|\/\*)/.test(source.slice(start, index + 1));
}
