const TEXT = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|${"`[^`$\\\\]*`"})`;

/** Of a route's spec: what only the OpenAPI document tells. They stand together, in this order, in each spec. */
const ROUTE_TEXTS = new RegExp(`operationId:${TEXT},summary:${TEXT}(?:,tag:${TEXT})?,?`, "g");

/** zod's `describe`, and the name under which zod/mini hands it on. */
const DESCRIBE = /function (\w+)\(\w+\)\{(?:let|const|var) \w+=new \w+\(\{check:"describe"\}\)/;

/**
 * A bundle of esbuild, minified, without the texts that only the API's document needs: the build has written that already.
 * Blanks take their place, so that every other character keeps its position and the source map stays true. Pure.
 */
export function blankDocumentation(code: string): string {
  const withoutRoutes = code.replace(ROUTE_TEXTS, blank);
  const describe = DESCRIBE.exec(code)?.[1];
  if (describe === undefined) return withoutRoutes;
  const aliases = [...code.matchAll(new RegExp(`[ ,;](\\w+)=${describe}[,;]`, "g"))].map(([, alias = ""]) => alias);
  const described = new RegExp(`\\.check\\((?:${[describe, ...aliases].join("|")})\\(${TEXT}\\)\\)`, "g");
  return withoutRoutes.replace(described, blank);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
