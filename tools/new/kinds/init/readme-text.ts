/** The README of a repository that the platform was brought to. Pure. */
export function readmeText(title: string, tenantId: string): string {
  return `# ${title}

Chat and search over each tenant's own documents, on Cloudflare Workers. Each tenant is a folder with one macro call, built by Bazel
into a Worker of its own.

\`\`\`sh
tools/bazel run //tenants/${tenantId}:dev       # serve the tenant on this machine: it prints the address and a key
tools/bazel test //tenants/...          # every tenant: its config holds, its Worker starts
tools/bazel run //tools:new -- --help   # make a tenant, a tool, a binding, a Worker
\`\`\`

The tenant of the examples in \`docs/\` is acme: read yours.

You need git, Node.js 20 or newer with npm, and root or sudo on Debian or Ubuntu; elsewhere bazelisk. The first run fetches the rest.

| folder             | what                                                   | whose                        |
| ------------------ | ------------------------------------------------------ | ---------------------------- |
| \`tenants/\`         | one folder per tenant: config, prompts, BUILD file     | yours                        |
| \`apps/\`            | routes of your own: \`//tools:new -- worker NAME\`       | yours                        |
| \`platform/\`        | the code of the Workers                                | the platform's: updates come |
| \`tools/\`, \`tests/\` | the build, the commands, the isolation matrix          | the platform's               |
| \`docs/\`            | [how to use it](docs/README.md): guides, runbooks      | the platform's               |

## Before the first deploy

Write the id of your Cloudflare account into \`tenants/${tenantId}/tenant.config.json\`, then:

\`\`\`sh
tools/bazel run //tenants/${tenantId}:provision -- --env staging --yes
tools/bazel run //tenants/${tenantId}:deploy -- --env staging --yes
\`\`\`

## A newer platform

In a checkout of it, say \`tools/bazel run //tools:new -- init\` with this folder. Files that you have not changed become the new
ones; what you have changed stays as it is, and is listed. \`.generated.json\` remembers which is which: keep it in git.
`;
}
