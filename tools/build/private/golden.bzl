"""golden_test: files that the build makes, kept in the repository so that a change of them is reviewed."""

load("@aspect_rules_js//js:defs.bzl", "js_binary", "js_test")
load(":checks.bzl", "package_checks")
load(":labels.bzl", "absolute", "path_in_repository")

def golden_test(name, actual, golden, tags = []):
    """Compares a made file with the one that is kept.

    | target           | what                                        | command |
    | ---------------- | ------------------------------------------- | ------- |
    | `:<name>`        | test: both are equal, or else their diff    | `bazel test //pkg:<name>` |
    | `:<name>.update` | writes the made file over the kept one      | `bazel run //pkg:<name>.update` |

    Args:
      name: name of the test.
      actual: label of the one file that is made.
      golden: file of this package; kept below `golden/` it is left alone by formatters.
      tags: tags of both targets.
    """
    golden_files(name, {golden: actual}, kept = [golden], tags = tags)
    package_checks()

def golden_files(name, files, kept, tags = []):
    """The targets of golden_test for several files, some of which may not be kept yet.

    Args:
      name: name of the test; there is none when no file is kept.
      files: kept file → label of the one file that is made.
      kept: those of the files that exist.
      tags: tags of both targets.
    """
    if kept:
        js_test(
            name = name,
            size = "small",
            data = kept + [files[file] for file in kept] + ["//tools/quality:compare_golden"],
            entry_point = "//tools/quality:compare-golden.js",
            fixed_args = ["compare", absolute(name)] + _pairs(files, kept),
            tags = tags,
        )
    js_binary(
        name = name + ".update",
        # What is made of tests and for tests may be kept too.
        testonly = True,
        data = files.values() + ["//tools/quality:compare_golden"],
        entry_point = "//tools/quality:compare-golden.js",
        fixed_args = ["update", absolute(name)] + _pairs(files, files.keys()),
        tags = tags,
    )

def _pairs(files, kept):
    """Arguments: the made file, the kept one, and so on."""
    arguments = []
    for file in kept:
        arguments += ["$(rootpath {})".format(files[file]), path_in_repository(file)]
    return arguments
