"""golden_test: files that the build makes, kept in the repository so that a change of them is reviewed."""

load("@aspect_rules_js//js:defs.bzl", "js_binary", "js_run_binary", "js_test")
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

def generated_page(name, page, writer):
    """A page that a program writes, kept in the repository and compared with what the program writes now.

    | target           | what                                        | command |
    | ---------------- | ------------------------------------------- | ------- |
    | `:<name>`        | test: the page is what is written now       | `bazel test //pkg:<name>` |
    | `:<name>.update` | writes it                                   | `bazel run //pkg:<name>.update` |

    Args:
      name: name of the test.
      page: file of this package.
      writer: node_tool that takes the path to write to. What it writes is formatted.
    """
    made = "made/" + page
    js_run_binary(
        name = name + ".made",
        outs = [made],
        args = [path_in_repository(made)],
        mnemonic = "WritePage",
        tool = writer,
    )
    golden_files(name, {page: made}, kept = native.glob([page], allow_empty = True))
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
        # Built when it runs.
        tags = tags + ["manual"],
    )

def _pairs(files, kept):
    """Arguments: the made file, the kept one, and so on."""
    arguments = []
    for file in kept:
        arguments += ["$(rootpath {})".format(files[file]), path_in_repository(file)]
    return arguments
