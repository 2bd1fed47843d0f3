import * as z from "#base/zod";

import { docIdText, nonBlankText, refuseRepeated } from "#llm-tools/input-texts";
import { defineTool } from "#llm-tools/tool";

const MAX_DOCUMENTS = 20;
/** Characters of all texts together. */
const MAX_TEXT = 200_000;

const document = z.strictObject({
  docId: docIdText.check(z.describe("A document of this id that is there already is replaced.")),
  text: nonBlankText(MAX_TEXT),
  title: z.optional(z.string().check(z.minLength(1), z.maxLength(500))),
  source: z.optional(z.string().check(z.minLength(1), z.maxLength(500))),
  url: z.optional(z.string().check(z.maxLength(2_000))).check(z.describe("An http or https address.")),
  metadata: z.optional(
    z
      .record(
        z.string().check(z.maxLength(64)),
        z.union([z.string().check(z.maxLength(1_000)), z.number(), z.boolean()]),
      )
      .check(z.refine((metadata) => Object.keys(metadata).length <= 50, { error: "must have at most 50 keys" })),
  ),
});

export const ingestDocs = defineTool({
  name: "ingest_docs",
  description: "Stores documents of the tenant so that they can be searched; replaces those of the same id.",
  input: z.strictObject({
    documents: z.array(document).check(
      z.minLength(1),
      z.maxLength(MAX_DOCUMENTS),
      z.superRefine((documents, context) => refuseRepeated(documents, ({ docId }) => docId, context)),
      z.refine((documents) => documents.reduce((sum, { text }) => sum + text.length, 0) <= MAX_TEXT, {
        error: `must have at most ${MAX_TEXT} characters of text together: send more of it to POST /ingest`,
      }),
    ),
  }),
  output: z.object({
    documents: z.array(
      z.object({
        docId: z.string(),
        version: z.int(),
        chunks: z.int(),
        unchanged: z.boolean().check(z.describe("The same document was there already.")),
      }),
    ),
    count: z.int(),
  }),
  effect: "writes",
  scopes: ["ingest"],
  timeoutMs: 60_000,
  returnsStoredText: false,
  run: async (tenantId, { documents }, { services, call }) => {
    const stored = await services.knowledge.storeDocuments(tenantId, documents, call);
    return { documents: [...stored], count: stored.length };
  },
});
