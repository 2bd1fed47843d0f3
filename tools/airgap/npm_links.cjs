// Runs in the @npm repository after `pnpm install`. For every direct dependency of package.json it writes
// links/<name>.json: the exact closure of the package in pnpm's store. That file is the Bazel input which stands
// for the package, so a change of the lockfile invalidates only the targets whose closure really changed.
// Prints the names as JSON.
const fs = require("node:fs");
const path = require("node:path");

const root = process.cwd();
const nodeModules = path.join(root, "node_modules");
const store = path.join(nodeModules, ".aspect_rules_js");
const { dependencies, devDependencies } = JSON.parse(fs.readFileSync("package.json", "utf8"));
const names = Object.keys({ ...dependencies, ...devDependencies }).sort();

for (const name of names) {
  const out = path.join(root, "links", `${name}.json`);
  fs.mkdirSync(path.dirname(out), { recursive: true });
  fs.writeFileSync(
    out,
    `${JSON.stringify({ name, closure: closureOf(storeId(path.join(nodeModules, name))) }, null, 1)}\n`,
  );
}
process.stdout.write(JSON.stringify(names));

function closureOf(firstId) {
  const seen = new Set();
  const todo = [firstId];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const siblings = path.join(store, id, "node_modules");
    todo.push(...packagesIn(siblings).map((name) => storeId(path.join(siblings, name))));
  }
  return [...seen].sort();
}

/** <store>/<id>/node_modules/<name> → <id>. The id holds name, version and peers. */
function storeId(link) {
  const relative = path.relative(store, fs.realpathSync(link));
  if (relative.startsWith("..")) throw new Error(`${link} is not in the store of pnpm`);
  return relative.split(path.sep)[0];
}

function packagesIn(directory) {
  if (!fs.existsSync(directory)) return [];
  return fs.readdirSync(directory).flatMap((name) => {
    if (name.startsWith(".")) return [];
    return name.startsWith("@") ? fs.readdirSync(path.join(directory, name)).map((rest) => `${name}/${rest}`) : [name];
  });
}
