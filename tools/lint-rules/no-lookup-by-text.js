import ts from "typescript";

/**
 * `table[text]` finds `constructor` and `__proto__` too, when the text comes from outside. A Map finds what was put in.
 * Needs types: a key of a union of literals is no text.
 */
export const noLookupByText = {
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();
    return {
      "MemberExpression[computed=true]"({ object, property }) {
        if (property.type === "Literal" || asksHasOwn(context, property)) return;
        const key = services.getTypeAtLocation(property);
        if ((key.flags & ts.TypeFlags.String) === 0) return;
        const holder = checker.getNonNullableType(services.getTypeAtLocation(object));
        if ((holder.flags & ts.TypeFlags.Object) === 0) return;
        context.report({
          node: property,
          message: "The text may be `__proto__`: keep the table in a Map, or ask Object.hasOwn in the same function.",
        });
      },
    };
  },
};

function asksHasOwn(context, node) {
  const around = context.sourceCode.getAncestors(node).findLast(({ type }) => type.includes("Function"));
  return around !== undefined && context.sourceCode.getText(around).includes("Object.hasOwn(");
}
