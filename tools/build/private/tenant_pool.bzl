"""tenant_pool: several tenants in one Worker."""

load("@aspect_rules_js//js:defs.bzl", "js_library", "js_run_binary")
load(":bundle.bzl", "linked_worker")
load(":checks.bzl", "package_checks")
load(":labels.bzl", "PERSISTENT_WORKER", "path_in_repository")
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
    "operator_command",
    "repeated",
    "tenant_command",
    "tenant_files",
    "wrangler_targets",
)

# Configs of all tenants of the pool, as the Worker serves them.
_TENANTS = "gen/tenants.json"

def tenant_pool(name, tenants, max_gzip_bytes = MAX_GZIP_BYTES):
    """Several small tenants in one Worker: one bundle, one database, one deploy.

    `tenant.config.json` is the pool's own: its name as `tenantId`, the account, names and ids of resources. Each tenant has a folder
    in it with its `tenant.config.json` and `prompts/*.md`; what is once in a Worker, such as resources and bindings, it cannot have.

    | target                        | what                                                       | command |
    | ----------------------------- | ---------------------------------------------------------- | ------- |
    | `:config`                     | the checked configs, and the entry module of the bundle    | `bazel build //tenants/<name>:config` |
    | `:wrangler`                   | gen/wrangler.<env>.jsonc for dev, staging and production   | `bazel build //tenants/<name>:wrangler` |
    | `:bundle`                     | the Worker, with these tenants' configs only               | `bazel build //tenants/<name>:bundle` |
    | `:bundle.size`                | test: the Worker is within its budget                      | `bazel test //tenants/<name>:bundle.size` |
    | `:smoke_test`                 | test: it serves each tenant in workerd, and keeps them apart | `bazel test //tenants/<name>:smoke_test` |
    | `:golden`, `:golden.update`   | as of a tenant                                             | `bazel test //tenants/<name>:golden` |
    | `:dev`                        | serves the pool on this machine, with a key and the data of its first tenant | `bazel run //tenants/<name>:dev` |
    | `:<tenant>.dev`, `.chat`, `.ingest`, `.audit`, `.flags`, `.keys`, `.prompts`, `.smoke` | as of a tenant, for this one | `bazel run //tenants/<name>:<tenant>.keys -- list` |
    | `:provision`, `:deploy`, `:drift`, `:rollback`, `:secrets`, `:tail` | as of a tenant, for all together; a deploy is checked for each | `bazel run //tenants/<name>:deploy -- --env staging` |

    `//:deploy_all` and `//:drift_all` find pools as they find tenants.

    Args:
      name: the pool's name, its folder and `tenantId` in its own config.
      tenants: ids of its tenants, which are the names of their folders.
      max_gzip_bytes: budget of the bundle.
    """
    folder = native.package_name()
    if folder != "tenants/" + name:
        fail("tenant_pool(name = \"{0}\") is in {1}: move it to tenants/{0}, or call it \"{2}\".".format(name, folder, folder.rpartition("/")[2]))
    _check_names(name, tenants)
    configs = ["{}/{}".format(tenant, CONFIG) for tenant in tenants]
    checked = ["gen/{}.json".format(tenant) for tenant in tenants]
    _config(name, tenants, configs, checked)
    wrangler_targets("wrangler", CHECKED_CONFIG)
    linked_worker(
        name = "bundle",
        srcs = checked,
        entry_point = ENTRY,
        max_gzip_bytes = max_gzip_bytes,
        platform = "//tools/link:platform",
        tags = TAGS,
        visibility = ["//tests:__subpackages__"],
    )
    data, options = tenant_files(tenants[0], checked[0])
    boot_test(
        dict(
            {option.upper(): value for option, value in options.items() if option != "config"},
            TENANTS = path_in_repository(_TENANTS),
        ),
        data + [_TENANTS],
        "pool-boots",
    )
    tenant_command("dev", tenants[0], checked[0])
    for tenant, config in zip(tenants, checked):
        for command in COMMANDS:
            tenant_command(command, tenant, config, folder = tenant + "/", prefix = tenant + ".")
        tenant_command("smoke", tenant, config, prefix = tenant + ".", programs = "//tools/fleet")
    for command in OPERATOR_COMMANDS:
        operator_command(command, name, more = [_TENANTS])
    members = [tenant + "." + command for tenant in tenants for command in COMMANDS + ["smoke"]]
    command_group("commands", ["dev"] + members + OPERATOR_COMMANDS)
    package_checks()

def _check_names(name, tenants):
    if not tenants:
        fail("tenant_pool(name = \"{}\") has no tenants: name the folders of at least one.".format(name))
    for index, tenant in enumerate(tenants):
        if tenant in tenants[:index]:
            fail("tenant_pool(name = \"{}\") names the tenant \"{}\" twice: remove one.".format(name, tenant))
        if tenant in ["config", "tenants"]:
            fail("tenant_pool(name = \"{}\"): \"{}\" is the name of a file that the build makes: choose another id.".format(name, tenant))

def _config(name, tenants, configs, checked):
    prompts = native.glob(["{}/prompts/*.md".format(tenant) for tenant in tenants], allow_empty = True)
    js_run_binary(
        name = "config",
        srcs = [CONFIG] + configs + prompts,
        outs = [CHECKED_CONFIG, _TENANTS, ENTRY] + checked,
        args = ["--pool", name, "--config", path_in_repository(CONFIG)] +
               repeated("--member", configs) +
               repeated("--prompts", prompts) +
               ["--out-dir", path_in_repository("gen")],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "TenantConfig",
        tags = TAGS,
        tool = "//tools/tenant:validate_pool",
    )

    # For tenants_test.
    js_library(
        name = "config.source",
        srcs = [CONFIG] + configs,
        tags = TAGS,
        visibility = [
            "//tenants:__pkg__",
            "//tests/fleet:__pkg__",
        ],
    )
