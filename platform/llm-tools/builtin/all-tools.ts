import { classifyIntent } from "#llm-tools/builtin/classify-intent";
import { extractEntities } from "#llm-tools/builtin/extract-entities";
import { ingestDocs } from "#llm-tools/builtin/ingest-docs";
import { kvGet } from "#llm-tools/builtin/kv-get";
import { summarize } from "#llm-tools/builtin/summarize";
import { tagChunkDocs } from "#llm-tools/builtin/tag-chunk-docs";
import { vectorSearch } from "#llm-tools/builtin/vector-search";
import { toRegistry } from "#llm-tools/registry";

/** Every tool that a tenant can enable. A new tool is its own file and one line here. */
export const ALL_TOOLS = toRegistry([
  classifyIntent,
  extractEntities,
  ingestDocs,
  kvGet,
  summarize,
  tagChunkDocs,
  vectorSearch,
]);
