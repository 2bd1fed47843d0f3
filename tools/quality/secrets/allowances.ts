/** Something that looks as if it did not belong in a repository, and does. */
export interface Allowance {
  /** Folder of its Bazel package; "" is the root. */
  readonly package: string;
  /** Path below that folder. */
  readonly file: string;
  /** Of what was found, as the check tells it: another text in the same file is not allowed by it. */
  readonly digest: string;
  readonly reason: string;
}

const ADA = "The home of a user that no machine has: paths of a command line are resolved against it.";
const SHORT_LIVED = "An example: a folder that any machine has, for what may be lost.";
const MASKED = "A made-up secret in the form of a real one, which the code under test must mask.";

/** Reviewed like code: one line more is one thing more that nobody is warned of. An entry that allows nothing fails the check. */
export const ALLOWANCES: readonly Allowance[] = [
  { package: "platform/observability", file: "find-private-data.test.ts", digest: "8bcac7908eb95041", reason: MASKED },
  { package: "platform/observability", file: "find-private-data.test.ts", digest: "0584d4019ab0da6f", reason: MASKED },
  { package: "platform/observability", file: "redact.test.ts", digest: "0584d4019ab0da6f", reason: MASKED },
  { package: "platform/simulators", file: "README.md", digest: "bd62aa81103c720c", reason: SHORT_LIVED },
  { package: "platform/simulators/cloudflare-api", file: "README.md", digest: "38f449d46d16a7f2", reason: SHORT_LIVED },
  { package: "tests/load", file: "command/bench-options.test.ts", digest: "cf2d5242845737c7", reason: ADA },
  {
    package: "tools",
    file: "bazel",
    digest: "09a8b62abb502472",
    reason: "Whether the Bazel Central Registry answers decides which Bazel runs.",
  },
  {
    package: "tools/fleet",
    file: "wrangler/run-wrangler.test.ts",
    digest: "3543c9fc6158ecf5",
    reason: "A home directory that does not exist: wrangler must be given this one and not the developer's.",
  },
  { package: "tools/tenant", file: "dev/dev-options.ts", digest: "bd62aa81103c720c", reason: SHORT_LIVED },
  { package: "tools/tenant", file: "dev/dev-options.ts", digest: "ff89d45eaef41c41", reason: SHORT_LIVED },
  { package: "tools/tenant", file: "ingest/ingest-options.test.ts", digest: "cf2d5242845737c7", reason: ADA },
];
