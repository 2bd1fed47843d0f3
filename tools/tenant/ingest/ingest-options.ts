import { CommandError, EXIT_CODES, type CommandLine, type CommandSpec } from "#tools/command/command-line";
import { userPath, type Invocation } from "#tools/command/invocation";
import type { IngestFolder } from "#tools/tenant/client/ingest-folder";
import { addressOptions } from "#tools/tenant/local/tenant-address";

const options = {
  name: {
    type: "string",
    value: "NAME",
    about: "name that the documents carry as metadata.folder; default: the folder's",
  },
  prefix: { type: "string", value: "TEXT", about: "put before each document's id, e.g. handbook/" },
  acl: {
    type: "string",
    value: "LABEL",
    multiple: true,
    about: "only callers with one of these labels see the documents",
  },
  all: { type: "boolean", about: "send unchanged files too: after a change of chunking or of the embedding model" },
  "delete-missing": { type: "boolean", about: "delete documents of this folder whose file is gone" },
  "dry-run": { type: "boolean", about: "compare only: say what would be sent and deleted" },
  failed: { type: "boolean", about: "instead of a folder: show the documents that jobs could not store, and why" },
  retry: { type: "boolean", about: "with --failed: try them again" },
  json: { type: "boolean", about: "print the result as one JSON object" },
  ...addressOptions,
} as const;

/** The command line of `:ingest`. */
export const ingestSpec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:ingest --",
  about:
    "Makes a tenant's documents those of a folder: sends its new and changed Markdown and text files. Unchanged ones cost nothing; interrupted, it goes on where it stopped. Uses the running :dev server, or starts one for the call.",
  positionals: "DIR",
  options,
  examples: [
    "tools/bazel run //tenants/acme:ingest -- docs",
    "tools/bazel run //tenants/acme:ingest -- docs --dry-run",
    "tools/bazel run //tenants/acme:ingest -- handbook --prefix handbook/ --delete-missing",
    "TENANT_API_KEY=ak_acme_… tools/bazel run //tenants/acme:ingest -- docs --url https://ai.acme.example",
    "tools/bazel run //tenants/acme:ingest -- --failed --retry --url https://ai.acme.example --key ak_acme_…",
  ],
};

/** What `:ingest` was asked to do. */
export type IngestOptions =
  | { readonly kind: "folder"; readonly source: IngestFolder; readonly isJson: boolean }
  | { readonly kind: "dead-letters"; readonly shouldRetry: boolean; readonly isJson: boolean };

/** Reads the command line. A path starts where the person typed it. @throws CommandError with exit code 2. */
export function readIngestOptions(
  { values, positionals }: CommandLine<typeof options>,
  invocation: Invocation,
): IngestOptions {
  const isJson = values.json === true;
  if (values.failed === true) {
    if (positionals.length > 0) throw usage("--failed takes no folder", "leave the folder out, or leave --failed out");
    return { kind: "dead-letters", shouldRetry: values.retry === true, isJson };
  }
  if (values.retry === true) throw usage("--retry needs --failed", "write --failed --retry");
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1)
    throw usage(
      folder === undefined ? "there is no folder" : "there is more than one folder",
      "name one folder, e.g. docs",
    );
  return {
    kind: "folder",
    isJson,
    source: {
      folder: userPath(invocation, folder),
      ...(values.name === undefined ? {} : { name: values.name }),
      ...(values.prefix === undefined ? {} : { prefix: values.prefix }),
      acl: values.acl ?? [],
      sendAll: values.all === true,
      deleteMissing: values["delete-missing"] === true,
      dryRun: values["dry-run"] === true,
    },
  };
}

function usage(what: string, fix: string): CommandError {
  return new CommandError(what, { fix, exitCode: EXIT_CODES.usage });
}
