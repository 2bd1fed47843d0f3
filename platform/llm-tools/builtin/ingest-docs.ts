import * as z from "zod";

import { docIdText, nonBlankText, refuseRepeated } from "#llm-tools/input-texts";
import { defineTool } from "#llm-tools/tool";

const MAX_DOCUMENTS = 20;
/** Characters of all texts together. */
const MAX_TEXT = 200_000;

const document = z.strictObject({
  docId: docIdText.describe("A document of this id that is there already is replaced."),
  text: nonBlankText(MAX_TEXT),
  title: z.string().min(1).max(500).optional(),
  source: z.string().min(1).max(500).optional(),
  url: z.string().max(2_000).optional().describe("An http or https address."),
  metadata: z
    .record(z.string().max(64), z.union([z.string().max(1_000), z.number(), z.boolean()]))
    .refine((metadata) => Object.keys(metadata).length <= 50, { error: "must have at most 50 keys" })
    .optional(),
});

export const ingestDocs = defineTool({
  name: "ingest_docs",
  description: "Stores documents of the tenant so that they can be searched; replaces those of the same id.",
  input: z.strictObject({
    documents: z
      .array(document)
      .min(1)
      .max(MAX_DOCUMENTS)
      .superRefine((documents, context) => refuseRepeated(documents, ({ docId }) => docId, context))
      .refine((documents) => documents.reduce((sum, { text }) => sum + text.length, 0) <= MAX_TEXT, {
        error: `must have at most ${MAX_TEXT} characters of text together: send more of it to POST /ingest`,
      }),
  }),
  output: z.object({
    documents: z.array(
      z.object({
        docId: z.string(),
        version: z.int(),
        chunks: z.int(),
        unchanged: z.boolean().describe("The same document was there already."),
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
