"""Names that more than one macro needs."""

# Packages of npm that declare global types, by their name in "types" of a tsconfig.
_TYPE_PACKAGES = {
    "@cloudflare/workers-types": "//:node_modules/@cloudflare/workers-types",
    "node": "//:node_modules/@types/node",
}

# For js_run_binary: the tool exports `run(args)`, and the air-gapped mode keeps it alive from action to action
# (//tools/airgap:persistent_worker.cjs). rules_js starts it for each one and ignores this.
PERSISTENT_WORKER = {"airgap-worker": "1"}

WORKER_TYPES = ["@cloudflare/workers-types"]
NODE_TYPES = ["node"]

def compiled_by(src):
    """Name of the alias of the target that compiles a source of the calling package."""
    return "compiled_by/" + src

def tsconfig_of(src):
    """Name of the alias of the configuration with which a source of the calling package is compiled."""
    return "tsconfig_of/" + src

def default_types():
    """Global types of the runtime that the calling package is written for.

    Code under platform/ and apps/ runs in workerd and must not see the globals of node; the simulators,
    the tools and the tests run in node; pages run in a browser, whose
    types come with preact.

    Returns:
      names as in "types" of a tsconfig.
    """
    package = native.package_name()
    if _is_in(package, "platform/console"):
        return []
    in_worker = (_is_in(package, "platform") or _is_in(package, "apps")) and not _is_in(package, "platform/simulators")
    return WORKER_TYPES if in_worker else NODE_TYPES

def node_first(types):
    """The same types, node's before the runtime's: of two declarations of a global the first counts, and the runtime's `process` is any."""
    return [name for name in types if name in NODE_TYPES] + [name for name in types if name not in NODE_TYPES]

def type_deps(types):
    """Labels of the npm packages behind global types.

    Args:
      types: names as in "types" of a tsconfig.

    Returns:
      one label for each.
    """
    for name in types:
        if name not in _TYPE_PACKAGES:
            fail("types: \"{}\" is unknown; add it to _TYPE_PACKAGES in //tools/build/private:labels.bzl (known: {})".format(
                name,
                ", ".join(_TYPE_PACKAGES.keys()),
            ))
    return [_TYPE_PACKAGES[name] for name in types]

def _is_in(package, parent):
    return package == parent or package.startswith(parent + "/")

def absolute(label):
    """`:x`, `x` and `//a/b` as `//pkg:name`.

    Args:
      label: as written in the BUILD file that is loaded.

    Returns:
      the label with package and name.
    """
    if label.startswith("@"):
        return label
    if label.startswith("//"):
        package, colon, target = label[2:].partition(":")
        return "//{}:{}".format(package, target if colon else package.rpartition("/")[2])
    return "//{}:{}".format(native.package_name(), label[1:] if label.startswith(":") else label)

def path_in_repository(file):
    """Path of a file of the calling package, relative to the root; also its path in runfiles."""
    package = native.package_name()
    return package + "/" + file if package else file

def unique(labels):
    """The labels in their order, each once: a rule takes none twice."""
    return {absolute(label): True for label in labels}.keys()
