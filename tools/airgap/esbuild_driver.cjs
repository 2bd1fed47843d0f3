// Runs esbuild in the stage (see stage.cjs): esbuild_driver.cjs <options as JSON> [<file for the metafile>]
const fs = require("node:fs");
const path = require("node:path");
const esbuild = require(path.join(process.cwd(), "node_modules/esbuild"));

const stage = process.cwd();
const [options, metafile] = process.argv.slice(2);
const store = path.dirname(path.dirname(path.dirname(fs.realpathSync("node_modules/esbuild"))));
const npmModules = path.dirname(store) + path.sep;

// esbuild resolves npm packages to their real path in the external repository. They are named as if they
// were inside the stage, so that no path of this machine can reach the bundle.
fs.symlinkSync(store, path.join(stage, "node_modules", path.basename(store)));
const nameNpmPathsInStage = {
  name: "name-npm-paths-in-stage",
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path: specifier, pluginData, ...rest }) => {
      if (pluginData?.isResolved) return undefined;
      const result = await build.resolve(specifier, { ...rest, pluginData: { isResolved: true } });
      if (result.errors.length === 0 && result.path.startsWith(npmModules)) {
        result.path = path.join(stage, "node_modules", result.path.slice(npmModules.length));
      }
      return result;
    });
  },
};

esbuild.build({ ...JSON.parse(options), absWorkingDir: stage, plugins: [nameNpmPathsInStage] }).then(
  (result) => metafile && fs.writeFileSync(metafile, JSON.stringify(result.metafile)),
  // esbuild has already printed its errors.
  () => process.exit(1),
);
