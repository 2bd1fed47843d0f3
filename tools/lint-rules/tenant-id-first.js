/** Every function that takes a tenant's id takes it first: a call without one does not look like a call. */
export const tenantIdFirst = {
  create(context) {
    return {
      ":function, TSMethodSignature, TSFunctionType, TSDeclareFunction"(node) {
        node.params.forEach((parameter, index) => {
          const identifier = parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
          if (index === 0 || !isTenantId(identifier)) return;
          context.report({ node: parameter, message: "The tenant's id comes first: make it the first parameter." });
        });
      },
    };
  },
};

function isTenantId(parameter) {
  const type = parameter.typeAnnotation?.typeAnnotation;
  return type?.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "TenantId";
}
