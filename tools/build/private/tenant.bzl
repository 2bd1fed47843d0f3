"""tenant: one call per tenant; and the test across all of them."""

load("@aspect_rules_js//js:defs.bzl", "js_library", "js_run_binary", "js_test")
load(":bundle.bzl", "linked_worker", "worker_bundle")
load(":checks.bzl", "package_checks")
load(":labels.bzl", "PERSISTENT_WORKER", "absolute", "path_in_repository")
load(
    ":tenant_targets.bzl",
    "CHECKED_CONFIG",
    "COMMANDS",
    "CONFIG",
    "ENTRY",
    "MAX_GZIP_BYTES",
    "OPERATOR_COMMANDS",
    "TAGS",
    "boot_test",
    "command_group",
    "knowledge_test",
    "operator_command",
    "repeated",
    "tenant_command",
    "tenant_files",
    "wrangler_targets",
)

_JUDGED = "knowledge/queries.json"

def tenant(name, objects = [], worker = None, max_gzip_bytes = MAX_GZIP_BYTES):
    """Everything of one tenant, made of `tenant.config.json` and `prompts/*.md`.

    | target           | what                                                            | command |
    | ---------------- | --------------------------------------------------------------- | ------- |
    | `:config`        | the checked config, and the entry module of the bundle          | `bazel build //tenants/<name>:config` |
    | `:wrangler`      | gen/wrangler.<env>.jsonc for dev, staging and production        | `bazel build //tenants/<name>:wrangler` |
    | `:bundle`        | the Worker, with this tenant's config only                      | `bazel build //tenants/<name>:bundle` |
    | `:bundle.size`   | test: the Worker is within its budget                           | `bazel test //tenants/<name>:bundle.size` |
    | `:smoke_test`    | test: the Worker starts in workerd and is healthy               | `bazel test //tenants/<name>:smoke_test` |
    | `:knowledge`     | test: its documents are found as well as before, if knowledge/queries.json judges them | `bazel test //tenants/<name>:knowledge` |
    | `:golden`        | test: the wrangler files are those kept in golden/, if any are  | `bazel test //tenants/<name>:golden` |
    | `:golden.update` | keeps the wrangler files in golden/                             | `bazel run //tenants/<name>:golden.update` |
    | `:dev`           | serves the tenant on this machine                               | `bazel run //tenants/<name>:dev` |
    | `:chat`          | talks to it                                                     | `bazel run //tenants/<name>:chat` |
    | `:ingest`        | uploads a folder of documents to it                             | `bazel run //tenants/<name>:ingest -- docs` |
    | `:audit`         | shows what its tools did, and proves that nothing is missing    | `bazel run //tenants/<name>:audit -- verify` |
    | `:smoke`         | asks a running or deployed one whether everything answers       | `bazel run //tenants/<name>:smoke -- --env staging` |
    | `:flags`         | feature flags and chat models at run time: list, get, set, unset | `bazel run //tenants/<name>:flags -- list` |
    | `:keys`          | API keys: list, create, revoke, rotate                          | `bazel run //tenants/<name>:keys -- list` |
    | `:prompts`       | prompts at run time: list, show, push, activate, rollback       | `bazel run //tenants/<name>:prompts -- list` |
    | `:provision`     | makes what an environment needs in the Cloudflare account       | `bazel run //tenants/<name>:provision -- --env staging` |
    | `:deploy`        | deploys it, after a plan and with checks                        | `bazel run //tenants/<name>:deploy -- --env staging` |
    | `:drift`         | compares the account with the build                             | `bazel run //tenants/<name>:drift -- --env staging` |
    | `:rollback`      | goes back to an earlier release                                 | `bazel run //tenants/<name>:rollback -- --env staging` |
    | `:secrets`       | lists, sets and deletes secrets                                 | `bazel run //tenants/<name>:secrets -- list --env staging` |
    | `:tail`          | shows requests and log lines as they happen                     | `bazel run //tenants/<name>:tail -- --env staging` |

    The commands from `:golden.update` on are `manual`: built when they run, not by `//tenants/...`, whose time grows with the tenants.
    No TypeScript is compiled or linted per tenant: the programs are made once, in //tools/tenant and //tools/fleet.
    `//:deploy_all` and `//:drift_all` find the tenants by the tag of `:deploy`.

    Args:
      name: the tenant's id, its folder and `tenantId` in its config.
      objects: packages of the Durable Object classes that `bindings` of its config names.
      worker: a worker_app whose routes the Worker has besides those of the platform, as "//apps/desk".
      max_gzip_bytes: budget of the bundle; more than the default for a tenant that wants every feature.
    """
    folder = native.package_name()
    if folder != "tenants/" + name:
        fail("tenant(name = \"{0}\") is in {1}: move it to tenants/{0}, or call it \"{2}\".".format(name, folder, folder.rpartition("/")[2]))
    _config(name, worker)
    wrangler_targets("wrangler")
    _bundle(objects, worker, max_gzip_bytes)
    data, options = tenant_files(name)
    boot_test({option.upper(): value for option, value in options.items()}, data, "tenant-boots")
    if native.glob([_JUDGED], allow_empty = True):
        knowledge_test(name)
    for command in COMMANDS:
        tenant_command(command, name)
    tenant_command("smoke", name, programs = "//tools/fleet")
    for command in OPERATOR_COMMANDS:
        operator_command(command, name)
    command_group("commands", COMMANDS + ["smoke"] + OPERATOR_COMMANDS)
    package_checks()

def _bundle(objects, worker, max_gzip_bytes):
    """Links the platform that all tenants share; with code of the tenant's own, bundles that and the platform together."""
    options = dict(
        name = "bundle",
        srcs = [CHECKED_CONFIG],
        entry_point = ENTRY,
        max_gzip_bytes = max_gzip_bytes,
        tags = TAGS,
        visibility = ["//tests:__subpackages__"],
    )
    if objects or worker:
        app = [absolute(worker), absolute(worker) + ".openapi"] if worker else []
        worker_bundle(deps = ["//platform/worker"] + objects + app, **options)
    else:
        linked_worker(platform = "//tools/link:platform", **options)

def _config(name, worker):
    if worker and not absolute(worker).startswith("//apps/"):
        fail("tenant(worker = \"{}\") is no app: name a package below //apps, as \"//apps/desk\".".format(worker))
    prompts = native.glob(["prompts/*.md"], allow_empty = True)
    js_run_binary(
        name = "config",
        srcs = [CONFIG] + prompts,
        outs = [CHECKED_CONFIG, ENTRY],
        args = ["--tenant", name, "--config", path_in_repository(CONFIG)] +
               repeated("--prompts", prompts) +
               (["--app", absolute(worker).rpartition(":")[2]] if worker else []) +
               ["--out-config", path_in_repository(CHECKED_CONFIG), "--out-entry", path_in_repository(ENTRY)],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "TenantConfig",
        tags = TAGS,
        tool = "//tools/tenant:validate_config",
    )

    # For tenants_test.
    js_library(
        name = "config.source",
        srcs = [CONFIG],
        tags = TAGS,
        visibility = ["//tenants:__pkg__"],
    )

def tenants_test(name, tenants):
    """Test: no two tenants share an id, a hostname or a resource.

    Args:
      name: name of the test.
      tenants: names of all tenants, from @workspace_layout.
    """
    js_test(
        name = name,
        size = "small",
        data = ["//tenants/{}:config.source".format(tenant) for tenant in tenants] + ["//tools/tenant:check_tenants.program"],
        entry_point = "//tools/tenant:check-tenants.js",
        fixed_args = ["tenants/{}/{}".format(tenant, CONFIG) for tenant in tenants],
        tags = TAGS,
        visibility = ["//:__pkg__"],
    )
    package_checks()
