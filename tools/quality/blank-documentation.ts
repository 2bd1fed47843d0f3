const TEXT = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|${"`(?:[^`$\\\\]|\\\\.|\\$\\{[\\w$]+\\})*`"})`;

/** Of a route's spec: what only the OpenAPI document tells. They stand together, in this order, in each spec. */
const ROUTE_TEXTS = new RegExp(String.raw`operationId:\s*${TEXT},\s*summary:\s*${TEXT}(?:,\s*tag:\s*${TEXT})?,?`, "g");

/** zod's `describe`, and the name under which zod/mini hands it on. */
const DESCRIBE =
  /function ([\w$]+)\([\w$]+\)\s*\{\s*(?:let|const|var) [\w$]+\s*=\s*new [\w$]+\(\{\s*check:\s*"describe"\s*\}\)/;

/**
 * A bundle of esbuild, its names and syntax minified, without the texts that only the API's document needs: the build has written
 * that already. Blanks take their place, so that every other character keeps its position and the source map stays true. Pure.
 */
export function blankDocumentation(code: string): string {
  const withoutRoutes = code.replace(ROUTE_TEXTS, blank);
  const describe = DESCRIBE.exec(code)?.[1]?.replaceAll("$", String.raw`\$$`);
  if (describe === undefined) return withoutRoutes;
  const aliases = [...code.matchAll(new RegExp(String.raw`[ ,;]([\w$]+)\s*=\s*${describe}[,;]`, "g"))].map(
    ([, alias = ""]) => alias.replaceAll("$", String.raw`\$$`),
  );
  const described = new RegExp(
    String.raw`\.check\(\s*(?:${[describe, ...aliases].join("|")})\(\s*${TEXT}\s*\)\s*\)`,
    "g",
  );
  return withoutRoutes.replace(described, blank);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
