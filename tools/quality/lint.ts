/**
 * Build action of every TypeScript target: writes what the rules of eslint.config.js find in its sources; an empty
 * report says that all is well. The test `<target>.lint` reads it.
 *
 *     lint.js <report> <tsconfig of the target> <files...>
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { ESLint, type Linter } from "eslint";
import ts from "typescript";

const eslintConfig = new URL("../../eslint.config.js", import.meta.url);

/** Parsed declaration files of npm packages: most of what a small target reads, and the same in every call. */
const declarationsOfPackages = new Map<string, ts.SourceFile | undefined>();

/** Runs once as a program, or again and again in a persistent worker. Returns the exit code. */
export async function run([report = "", tsconfig = "", ...files]: readonly string[]): Promise<number> {
  const cwd = process.cwd();
  const { default: rules } = (await import(eslintConfig.href)) as { default: Linter.Config[] };
  // The compilation's own view: a type that is no declared dependency is unknown here too.
  const compilation = {
    languageOptions: { parserOptions: { projectService: false, programs: [createProgram(cwd, tsconfig)] } },
    linterOptions: { reportUnusedDisableDirectives: "error" as const },
  };
  const eslint = new ESLint({ cwd, overrideConfigFile: true, baseConfig: [...rules, compilation] });
  const results = await eslint.lintFiles(files);
  writeFileSync(report, await describeProblems(eslint, results, cwd));
  return 0;
}

async function describeProblems(eslint: ESLint, results: ESLint.LintResult[], cwd: string): Promise<string> {
  const faulty = results.filter(({ messages }) => messages.length > 0);
  if (faulty.length === 0) return "";
  const formatter = await eslint.loadFormatter("stylish");
  const files = faulty.map(({ filePath }) => path.relative(cwd, filePath));
  return [
    (await formatter.format(faulty)).replaceAll(`${cwd}/`, ""),
    `Many of these can be repaired at once: npx eslint --fix ${files.join(" ")}\n`,
  ].join("\n");
}

function createProgram(cwd: string, tsconfig: string): ts.Program {
  const system = { ...ts.sys, getCurrentDirectory: () => cwd };
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(cwd, tsconfig),
    {},
    {
      ...system,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(`${tsconfig}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
      },
    },
  );
  if (config === undefined) throw new Error(`${tsconfig} cannot be read.`);
  const host = ts.createCompilerHost(config.options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getCurrentDirectory = system.getCurrentDirectory;
  host.getSourceFile = (file, ...rest) => {
    if (!file.includes("/node_modules/")) return getSourceFile(file, ...rest);
    if (!declarationsOfPackages.has(file)) declarationsOfPackages.set(file, getSourceFile(file, ...rest));
    return declarationsOfPackages.get(file);
  };
  return ts.createProgram({ rootNames: config.fileNames, options: config.options, host });
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
