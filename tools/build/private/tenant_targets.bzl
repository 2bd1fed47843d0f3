"""What tenant and tenant_pool have in common: the targets that are made of a tenant's built files."""

load("@aspect_rules_js//js:defs.bzl", "js_binary", "js_run_binary", "js_test")
load(":golden.bzl", "golden_files")
load(":labels.bzl", "PERSISTENT_WORKER", "path_in_repository")

ENVIRONMENTS = ["dev", "staging", "production"]
MAX_GZIP_BYTES = 120000
CONFIG = "tenant.config.json"
CHECKED_CONFIG = "gen/config.json"
ENTRY = "gen/entry.js"
_JUDGED = "knowledge/queries.json"

# Programs of //tools/tenant that get the tenant's files by fixed arguments.
COMMANDS = ["audit", "chat", "dev", "flags", "ingest", "keys", "prompts"]

# Programs of //tools/fleet that act on the tenant's Cloudflare account.
OPERATOR_COMMANDS = ["deploy", "drift", "provision", "rollback", "secrets", "tail"]

# All tenants' targets can be named at once: bazel build //tenants/... --build_tag_filters=tenant
TAGS = ["tenant"]

# A command is built when it runs: `//tenants/...` would lay out its 500 files for each of a tenant's fifteen commands.
_COMMAND_TAGS = TAGS + ["manual"]

def wrangler_targets(name, config = CONFIG):
    """:wrangler and :golden.

    Args:
      name: of the files together.
      config: what they are rendered from.
    """
    files = ["gen/wrangler.{}.jsonc".format(env) for env in ENVIRONMENTS]
    js_run_binary(
        name = name + ".files",
        srcs = [config],
        outs = files,
        args = ["--config", path_in_repository(config), "--out-dir", path_in_repository("gen")],
        execution_requirements = PERSISTENT_WORKER,
        mnemonic = "RenderWrangler",
        tags = TAGS,
        tool = "//tools/tenant:render_wrangler",
    )
    native.filegroup(
        name = name,
        srcs = files,
        tags = TAGS,
        visibility = ["//tests:__subpackages__"],
    )
    golden_files(
        name = "golden",
        files = {"golden/wrangler.{}.jsonc".format(env): file for env, file in zip(ENVIRONMENTS, files)},
        kept = native.glob(["golden/wrangler.*.jsonc"], allow_empty = True),
        tags = TAGS,
    )

def tenant_files(name, config = CHECKED_CONFIG):
    """Files of a tenant for its programs.

    Args:
      name: the tenant.
      config: its checked config.

    Returns:
      their data, and the options that name them.
    """
    data = [
        ":bundle",
        config,
        "gen/wrangler.dev.jsonc",
        "//platform/console:assets",
        "//platform/storage:migrations",
    ]
    options = {
        "bundle": path_in_repository("bundle.js"),
        "config": path_in_repository(config),
        "migrations": "platform/storage/migrations",
        "tenant": name,
        "wrangler": path_in_repository("gen/wrangler.dev.jsonc"),
    }
    return data, options

def boot_test(options, data, program):
    """:smoke_test: the bundle in workerd.

    Args:
      options: what the test's environment says.
      data: the files that it names.
      program: the compiled test in //tools/tenant, without its suffix.
    """
    js_test(
        name = "smoke_test",
        size = "medium",
        data = data + [
            "//tools/quality:run_tests",
            "//tools/tenant:" + program.replace("-", "_"),
        ],
        entry_point = "//tools/quality:run-tests.js",
        env = options,
        fixed_args = ["tools/tenant/{}.test.js".format(program)],
        node_options = ["--enable-source-maps"],
        tags = TAGS + ["block-network"],
    )

def knowledge_test(name):
    """:knowledge: the tenant's documents are found as well as before.

    Args:
      name: the tenant.
    """
    data, options = tenant_files(name)
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
        tags = TAGS + ["block-network"],
    )

def tenant_command(command, tenant, config = CHECKED_CONFIG, folder = "", prefix = "", programs = "//tools/tenant"):
    """A command that is about one tenant.

    Args:
      command: what it is called.
      tenant: whose it is.
      config: the tenant's checked config.
      folder: where its prompts are, with a slash behind it; by default the package.
      prefix: what the target's name begins with.
      programs: package of the program.
    """
    data, options = tenant_files(tenant, config)
    prompts = native.glob([folder + "prompts/*.md"], allow_empty = True) if command == "prompts" else []
    js_binary(
        name = prefix + command,
        # The simulators are for tests and for the developer's machine.
        testonly = True,
        data = data + prompts + ["{}:{}.program".format(programs, command)],
        entry_point = "{}:{}.js".format(programs, command),
        fixed_args = ["--{}={}".format(option, value) for option, value in options.items()] +
                     ["--baked={}".format(path_in_repository(prompt)) for prompt in prompts],
        node_options = ["--enable-source-maps"],
        tags = _COMMAND_TAGS,
    )

def operator_command(command, name, more = []):
    """A command that is about a Worker in its account.

    Args:
      command: what it is called.
      name: the tenant or pool.
      more: further files that the build of the Worker is known by.
    """
    environments = [env for env in ENVIRONMENTS if env != "dev"]
    options = {
        "bundle": path_in_repository("bundle.js"),
        "config": path_in_repository(CHECKED_CONFIG),
        "migrations": "platform/storage/migrations",
        "tenant": name,
        "wrangler-dir": path_in_repository("gen"),
    }
    js_binary(
        name = command,
        data = [
            ":bundle",
            CHECKED_CONFIG,
            "//platform/console:assets",
            "//platform/storage:migrations",
            "//tools/fleet:{}.program".format(command),
        ] + more + ["gen/wrangler.{}.jsonc".format(env) for env in environments],
        entry_point = "//tools/fleet:{}.js".format(command),
        fixed_args = ["--{}={}".format(option, value) for option, value in options.items()],
        node_options = ["--enable-source-maps"],
        # The name of the command is a tag: //:deploy_all asks bazel query for it.
        tags = _COMMAND_TAGS + [command],
    )

def repeated(flag, files):
    """An option for each of some files.

    Args:
      flag: the option.
      files: paths in the package.

    Returns:
      the arguments.
    """
    arguments = []
    for file in files:
        arguments += [flag, path_in_repository(file)]
    return arguments

def command_group(name, commands):
    """What //tests builds, to see that no command is broken.

    Args:
      name: the group.
      commands: targets of all commands.
    """
    native.filegroup(
        name = name,
        testonly = True,
        srcs = commands,
        tags = _COMMAND_TAGS,
        visibility = ["//tests:__pkg__"],
    )
