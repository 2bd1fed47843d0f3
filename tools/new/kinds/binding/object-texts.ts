import { objectClassName } from "#tenancy/own-bindings";
import type { PlannedFile } from "../../plan/plan.js";

/** Folder of the package of a Durable Object class. */
export function objectFolder(object: string): string {
  return `platform/worker/objects/${object}`;
}

/** The package of a Durable Object class: the class, and a test of it in workerd. */
export function objectFiles(object: string): readonly PlannedFile[] {
  const folder = objectFolder(object);
  const className = objectClassName(object);
  return [
    { path: `${folder}/BUILD.bazel`, text: buildText(object, className) },
    { path: `${folder}/${object}-object.ts`, text: classText(className) },
    { path: `${folder}/${object}-object.test.ts`, text: testText(className) },
    { path: `${folder}/testing/BUILD.bazel`, text: testingBuildText(object) },
    { path: `${folder}/testing/entry.ts`, text: entryText(object, className) },
  ];
}

function buildText(object: string, className: string): string {
  return `"""The Durable Object class ${className}."""

load("//tools/build:defs.bzl", "ts_library", "worker_test")

package(default_visibility = ["//platform:above_layer_5"])

ts_library(
    name = "${object}",
    srcs = ["${object}-object.ts"],
)

worker_test(
    name = "test",
    srcs = ["${object}-object.test.ts"],
    worker = "//${objectFolder(object)}/testing:bundle",
)
`;
}

function testingBuildText(object: string): string {
  return `load("//tools/build:defs.bzl", "ts_library", "worker_bundle")

package(
    default_testonly = True,
    default_visibility = ["//${objectFolder(object)}:__pkg__"],
)

ts_library(
    name = "entry",
    srcs = ["entry.ts"],
    deps = ["//${objectFolder(object)}"],
)

worker_bundle(
    name = "bundle",
    entry_point = "entry.js",
    max_gzip_bytes = 10000,
    deps = [":entry"],
)
`;
}

function classText(className: string): string {
  return `import { DurableObject } from "cloudflare:workers";

/** A sum that is kept: one object per name, with a SQLite database of its own. Its methods are what others call. */
export class ${className} extends DurableObject {
  /** Adds to the sum and answers it. */
  async add(amount: number): Promise<number> {
    const sum = ((await this.ctx.storage.get<number>("sum")) ?? 0) + amount;
    await this.ctx.storage.put("sum", sum);
    return sum;
  }
}
`;
}

function entryText(object: string, className: string): string {
  return `import type { ${className} } from "#worker/objects/${object}/${object}-object";

export { ${className} } from "#worker/objects/${object}/${object}-object";

interface Env {
  readonly OBJECTS: DurableObjectNamespace<${className}>;
}

/** Adds what the address says to the object that it names, for the test. */
const handler: ExportedHandler<Env> = {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    return Response.json(await env.OBJECTS.getByName(pathname).add(Number(searchParams.get("amount"))));
  },
};

export default handler;
`;
}

function testText(className: string): string {
  return `import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { startRuntime, type Runtime } from "#simulators/runtime/start-runtime";

describe(${JSON.stringify(className)}, () => {
  let runtime: Runtime;
  before(async () => {
    const config = {
      name: "objects",
      compatibility_date: "2026-11-01",
      durable_objects: { bindings: [{ name: "OBJECTS", class_name: ${JSON.stringify(className)} }] },
      migrations: [{ tag: "v1", new_sqlite_classes: [${JSON.stringify(className)}] }],
    };
    runtime = await startRuntime({
      workers: [{ name: "objects", modulePath: path.resolve(process.env["WORKER_BUNDLE"] ?? ""), config }],
    });
  });
  after(() => runtime.dispose());

  const add = async (name: string, amount: number): Promise<unknown> =>
    (await runtime.fetch(\`/\${name}?amount=\${amount}\`)).json();

  it("keeps its state, also when it was thrown out of memory, and shares it with no other object", async () => {
    assert.equal(await add("first", 2), 2);
    await runtime.evictDurableObject(${JSON.stringify(className)}, "/first");
    assert.deepEqual([await add("first", 3), await add("second", 1)], [5, 1]);
  });
});
`;
}
