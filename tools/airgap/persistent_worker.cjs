// A Bazel persistent worker around a program that exports `run(args) → exit code or its promise`: typescript and
// eslint are loaded once, and a program may keep in memory what the next action needs too.
//
// Protocol: a WorkRequest as JSON on stdin, a WorkResponse as JSON on stdout (https://bazel.build/remote/creating).
// One action at a time, each in its own stage as everywhere.
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

/** @param launcher the functions and the program of stage.cjs */
exports.serve = async ({ program, createStage, fillStage, copyOutputs, readAction, fastFolder }) => {
  const startDirectory = process.cwd();
  // Outside of the execution root, where the workspace's own node_modules would be found.
  const programStage = createStage(os.tmpdir());
  process.on("exit", () => fs.rmSync(programStage, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
  const respond = process.stdout.write.bind(process.stdout);
  fillStage(programStage, program);
  const { run } = await import(pathToFileURL(path.join(programStage, program.entry)).href);

  for await (const request of readRequests()) {
    const output = captureOutput();
    const exitCode = await runAction(request.arguments).catch((error) => {
      console.error(error);
      return 1;
    });
    respond(`${JSON.stringify({ exitCode, output: output.join(""), requestId: request.requestId ?? 0 })}\n`);
  }

  async function runAction(parameters) {
    const action = readAction(parameters);
    const stage = createStage(fastFolder());
    try {
      fillStage(stage, action);
      process.chdir(stage);
      const exitCode = await run([...program.args, ...action.args]);
      return exitCode === 0 ? copyOutputs(stage, action, program) : exitCode;
    } finally {
      process.chdir(startDirectory);
      fs.rmSync(stage, { recursive: true, force: true });
    }
  }
};

/** Bazel 4 ends a request with nothing at all, later ones with a newline; the next one comes after the response. */
async function* readRequests() {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += chunk;
    const request = parseJson(text);
    if (request === undefined) continue;
    text = "";
    yield request;
  }
}

/** Undefined while the end is missing. */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is printed from now on: stdout belongs to the protocol. */
function captureOutput() {
  const chunks = [];
  process.stdout.write = process.stderr.write = (chunk) => {
    chunks.push(String(chunk));
    return true;
  };
  return chunks;
}
