"""tenant: one call per tenant; and the test across all of them."""

load("@aspect_rules_js//js:defs.bzl", "js_binary", "js_library", "js_run_binary", "js_test")
load(":bundle.bzl", "linked_worker", "worker_bundle")
load(":checks.bzl", "package_checks")
load(":golden.bzl", "golden_files")
load(":labels.bzl", "PERSISTENT_WORKER", "absolute", "path_in_repository")

_ENVIRONMENTS = ["dev", "staging", "production"]
_MAX_GZIP_BYTES = 120000
_CONFIG = "tenant.config.json"
_CHECKED_CONFIG = "gen/config.json"
_JUDGED = "knowledge/queries.json"
_ENTRY = "gen/entry.js"

# Programs of //tools/tenant that get the tenant's files by fixed arguments.
_COMMANDS = ["audit", "chat", "dev", "flags", "ingest", "keys", "prompts"]

# Programs of //tools/fleet that act on the tenant's Cloudflare account.
_OPERATOR_COMMANDS = ["deploy", "drift", "provision", "rollback", "secrets", "tail"]

# All tenants' targets can be named at once: bazel build //tenants/... --build_tag_filters=tenant
_TAGS = ["tenant"]

def tenant(name, objects = [], worker = None, max_gzip_bytes = _MAX_GZIP_BYTES):
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
    _wrangler()
    _bundle(objects, worker, max_gzip_bytes)
    _smoke_test(name)
    if native.glob([_JUDGED], allow_empty = True):
        _knowledge_test(name)
    for command in _COMMANDS:
        _command(command, name)
    _command("smoke", name, programs = "//tools/fleet")
    for command in _OPERATOR_COMMANDS:
        _operator_command(command, name)
    package_checks()

def _bundle(objects, worker, max_gzip_bytes):
    """Links the platform that all tenants share; with code of the tenant's own, bundles that and the platform together."""
    options = dict(
        name = "bundle",
        srcs = [_CHECKED_CONFIG],
        entry_point = _ENTRY,
        max_gzip_bytes = max_gzip_bytes,
        tags = _TAGS,
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
        srcs = [_CONFIG] + prompts,
        outs = [_CHECKED_CONFIG, _ENTRY],
        args = ["--tenant", name, "--config", path_in_repository(_CONFIG)] +
               _flags("--prompts", prompts) +
               (["--app", absolute(worker).rpartition(":")[2]] if worker else []) +
               ["--out-config", path_in_repository(_CHECKED_CONFIG), "--out-entry", path_in_repository(_ENTRY)],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "TenantConfig",
        tags = _TAGS,
        tool = "//tools/tenant:validate_config",
    )

    # For tenants_test.
    js_library(
        name = "config.source",
        srcs = [_CONFIG],
        tags = _TAGS,
        visibility = ["//tenants:__pkg__"],
    )

def _wrangler():
    files = ["gen/wrangler.{}.jsonc".format(env) for env in _ENVIRONMENTS]
    js_run_binary(
        name = "wrangler.files",
        srcs = [_CONFIG],
        outs = files,
        args = ["--config", path_in_repository(_CONFIG), "--out-dir", path_in_repository("gen")],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "RenderWrangler",
        tags = _TAGS,
        tool = "//tools/tenant:render_wrangler",
    )
    native.filegroup(
        name = "wrangler",
        srcs = files,
        tags = _TAGS,
        visibility = ["//tests:__subpackages__"],
    )
    golden_files(
        name = "golden",
        files = {"golden/wrangler.{}.jsonc".format(env): file for env, file in zip(_ENVIRONMENTS, files)},
        kept = native.glob(["golden/wrangler.*.jsonc"], allow_empty = True),
        tags = _TAGS,
    )

def _tenant_files(name):
    """Files of the tenant for its programs: their data, and the options that name them."""
    data = [
        ":bundle",
        _CHECKED_CONFIG,
        "gen/wrangler.dev.jsonc",
        "//platform/console:assets",
        "//platform/storage:migrations",
    ]
    options = {
        "bundle": path_in_repository("bundle.js"),
        "config": path_in_repository(_CHECKED_CONFIG),
        "migrations": "platform/storage/migrations",
        "tenant": name,
        "wrangler": path_in_repository("gen/wrangler.dev.jsonc"),
    }
    return data, options

def _smoke_test(name):
    data, options = _tenant_files(name)
    js_test(
        name = "smoke_test",
        size = "medium",
        data = data + [
            "//tools/quality:run_tests",
            "//tools/tenant:tenant_boots",
        ],
        entry_point = "//tools/quality:run-tests.js",
        env = {option.upper(): value for option, value in options.items()},
        fixed_args = ["tools/tenant/tenant-boots.test.js"],
        node_options = ["--enable-source-maps"],
        tags = _TAGS + ["block-network"],
    )

def _knowledge_test(name):
    data, options = _tenant_files(name)
    js_test(
        name = "knowledge",
        size = "medium",
        data = data + native.glob([
            _JUDGED,
            "knowledge/documents/**",
        ]) + [
            "//tools/quality:run_tests",
            "//tools/tenant:knowledge_holds",
        ],
        entry_point = "//tools/quality:run-tests.js",
        env = dict(
            {option.upper(): value for option, value in options.items()},
            KNOWLEDGE = path_in_repository("knowledge"),
        ),
        fixed_args = ["tools/tenant/knowledge-holds.test.js"],
        node_options = ["--enable-source-maps"],
        tags = _TAGS + ["block-network"],
    )

def _command(command, name, programs = "//tools/tenant"):
    data, options = _tenant_files(name)
    prompts = native.glob(["prompts/*.md"], allow_empty = True) if command == "prompts" else []
    js_binary(
        name = command,
        # The simulators are for tests and for the developer's machine.
        testonly = True,
        data = data + prompts + ["{}:{}.program".format(programs, command)],
        entry_point = "{}:{}.js".format(programs, command),
        fixed_args = ["--{}={}".format(option, value) for option, value in options.items()] +
                     ["--baked={}".format(path_in_repository(prompt)) for prompt in prompts],
        node_options = ["--enable-source-maps"],
        tags = _TAGS,
    )

def _operator_command(command, name):
    environments = [env for env in _ENVIRONMENTS if env != "dev"]
    options = {
        "bundle": path_in_repository("bundle.js"),
        "config": path_in_repository(_CHECKED_CONFIG),
        "migrations": "platform/storage/migrations",
        "tenant": name,
        "wrangler-dir": path_in_repository("gen"),
    }
    js_binary(
        name = command,
        data = [
            ":bundle",
            _CHECKED_CONFIG,
            "//platform/console:assets",
            "//platform/storage:migrations",
            "//tools/fleet:{}.program".format(command),
        ] + ["gen/wrangler.{}.jsonc".format(env) for env in environments],
        entry_point = "//tools/fleet:{}.js".format(command),
        fixed_args = ["--{}={}".format(option, value) for option, value in options.items()],
        node_options = ["--enable-source-maps"],
        # The name of the command is a tag: //:deploy_all asks bazel query for it.
        tags = _TAGS + [command],
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
        fixed_args = ["tenants/{}/{}".format(tenant, _CONFIG) for tenant in tenants],
        tags = _TAGS,
        visibility = ["//:__pkg__"],
    )
    package_checks()

def _flags(flag, files):
    arguments = []
    for file in files:
        arguments += [flag, path_in_repository(file)]
    return arguments
