import path from "node:path";

/** A file is called after its main export, in words joined by "-": `retrieve-passages.ts`. */
export const kebabCaseFileName = {
  create: (context) => ({
    Program(node) {
      const name = path.basename(context.filename);
      if (/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.d)?\.tsx?$/.test(name)) return;
      context.report({ node, message: `Call the file in kebab-case, such as retrieve-passages.ts, not ${name}.` });
    },
  }),
};
