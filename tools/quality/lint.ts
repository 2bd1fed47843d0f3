/**
 * Lints the sources of one TypeScript target with the rules of eslint.config.js.
 *
 *     lint.js <tsconfig of the target> <files...>
 */
import { ESLint } from "eslint";

const [tsconfig = "", ...files] = process.argv.slice(2);

const eslint = new ESLint({
  overrideConfigFile: "eslint.config.js",
  overrideConfig: {
    languageOptions: {
      // The compilation's own view: a type that is no declared dependency is unknown here too.
      parserOptions: { projectService: false, project: [tsconfig], tsconfigRootDir: process.cwd() },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
  },
});

const results = await eslint.lintFiles(files);
const problems = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
if (problems > 0) {
  const formatter = await eslint.loadFormatter("stylish");
  console.error((await formatter.format(results)).replaceAll(`${process.cwd()}/`, ""));
  console.error(`Many of these can be repaired at once: npx eslint --fix ${files.join(" ")}`);
  process.exitCode = 1;
}
