"""@workspace_layout: which folders of the repository are Bazel packages.

A BUILD file cannot ask which packages exist, yet two checks must see them all: every package is
checked, no two tenants claim one hostname. A hand-kept list would be forgotten, so this repository
rule makes one: load("@workspace_layout//:layout.bzl", "PACKAGES", "TENANTS").

A new folder must be noticed. Bazel 8 could watch the tree, Bazel 4.2.3 cannot, so tools/bazel lists
the folders before each command and hands the list over in $WORKSPACE_PACKAGES. The repository is
made anew only when that list changed. Without the variable (an editor that starts Bazel itself) the
rule looks for itself.
"""

_VARIABLE = "WORKSPACE_PACKAGES"
_SKIPPED = ["node_modules", "testdata"]

# Folders whose packages the checks see. A repository may have others, which are not the platform's.
_FOLDERS = ["apps", "docs", "platform", "tenants", "tests", "tools"]

def _list_packages(rctx, root):
    """Folders with a BUILD.bazel, relative to the root, found level by level: Starlark has no recursion."""
    packages = []
    level = [("", root)]
    for _ in range(8):
        next_level = []
        for path, directory in level:
            for child in directory.readdir():
                name = child.basename
                if name == "BUILD.bazel":
                    packages.append(path)
                elif not name.startswith(".") and not name.startswith("bazel-") and name not in _SKIPPED and "." not in name:
                    # Only folders matter; the files without a suffix in this tree are few.
                    next_level.append((path + "/" + name if path else name, child))
        level = [(path, directory) for path, directory in next_level if _is_directory(rctx, directory)]
    return packages

def _is_directory(rctx, path):
    if hasattr(path, "is_dir"):
        return path.is_dir

    # Bazel 4.2.3 cannot tell.
    return rctx.execute(["test", "-d", str(path)]).return_code == 0

def _workspace_layout_impl(rctx):
    listed = rctx.os.environ.get(_VARIABLE)
    if listed == None:
        packages = _list_packages(rctx, rctx.path(rctx.attr.root).dirname)
    else:
        packages = ["" if path == "." else path for path in listed.split(" ") if path]
    packages = sorted([path for path in packages if path == "" or path.partition("/")[0] in _FOLDERS])
    tenants = [path[len("tenants/"):] for path in packages if path.startswith("tenants/") and path.count("/") == 1]
    rctx.file("BUILD.bazel", "")
    rctx.file("layout.bzl", "\n".join([
        '"""Made by //tools/build:workspace_layout.bzl."""',
        "PACKAGES = " + repr(packages),
        "TENANTS = " + repr(tenants),
        "",
    ]))

workspace_layout = repository_rule(
    doc = "Lists the packages and tenants of this repository; see the head of the file.",
    implementation = _workspace_layout_impl,
    attrs = {
        "root": attr.label(mandatory = True, doc = "A file in the root folder."),
    },
    environ = [_VARIABLE],
    local = True,
)
