import ts from "typescript";

/**
 * The names that a module declares with `var` and gives no value: a minifier may move such a declaration anywhere, as it says
 * nothing but that the name exists. Pure.
 */
export function bareVariables(code: string): readonly string[] {
  const { statements } = ts.createSourceFile("part.js", code, ts.ScriptTarget.ESNext, false, ts.ScriptKind.JS);
  return statements
    .filter((statement) => ts.isVariableStatement(statement))
    .filter(({ declarationList }) => (declarationList.flags & ts.NodeFlags.BlockScoped) === 0)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .flatMap(({ name, initializer }) => (initializer === undefined && ts.isIdentifier(name) ? [name.text] : []));
}
