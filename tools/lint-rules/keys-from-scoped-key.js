/**
 * Names of stored things are built by scopedKey of #tenancy/scoped-key and nowhere else: it cannot forget the tenant, and
 * no two of its argument lists give one key. Text put together by hand can do both.
 */
export const keysFromScopedKey = {
  create(context) {
    const report = (node) => {
      context.report({ node, message: "Build the key with scopedKey(tenantId, kind, …) of #tenancy/scoped-key." });
    };
    return {
      // `${tenantId}:…`
      TemplateLiteral(node) {
        node.expressions.forEach((expression, index) => {
          const after = node.quasis[index + 1]?.value.raw ?? "";
          if (namesTenant(expression) && /^[:/|#]/.test(after)) report(node);
        });
      },
      // tenantId + ":…"
      BinaryExpression(node) {
        if (node.operator === "+" && namesTenant(node.left)) report(node);
      },
      // namespace.idFromName(`…`), namespace.getByName("…" + …)
      "CallExpression[callee.property.name=/^(idFromName|getByName)$/]"({ arguments: [name] }) {
        if (name?.type === "TemplateLiteral" || name?.type === "BinaryExpression" || name?.type === "Literal")
          report(name);
      },
    };
  },
};

function namesTenant(node) {
  if (node.type === "Identifier") return node.name === "tenantId";
  return node.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === "tenantId";
}
