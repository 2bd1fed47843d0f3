import type { Route } from "#http/route";
import { decideCallRoute } from "#worker/routes/approvals";
import { auditRoute } from "#worker/routes/audit";
import { chatRoute, deleteSessionRoute, historyRoute, listSessionsRoute, resumeRoute } from "#worker/routes/chat";
import { deleteDocumentRoute, getDocumentRoute, listDocumentsRoute } from "#worker/routes/documents";
import { healthRoute } from "#worker/routes/health";
import { ingestRoute, listJobsRoute, readJobRoute, retryJobRoute } from "#worker/routes/ingest";
import { mcpRoute } from "#worker/routes/mcp";
import { olderIngestRoute, olderSearchRoute } from "#worker/routes/older-contract";
import { completionsRoute } from "#worker/routes/openai-completions";
import { embeddingsRoute } from "#worker/routes/openai-embeddings";
import { listModelsRoute, retrieveModelRoute } from "#worker/routes/openai-models";
import { consoleFileRoute, consoleRoute, docsRoute, openapiRoute } from "#worker/routes/pages";
import { searchRoute } from "#worker/routes/search";
import { executeToolRoute, listToolsRoute } from "#worker/routes/tools";
import { usageRoute } from "#worker/routes/usage";
import type { Services } from "#worker/services";

/** The whole API, in the order of the documentation. A new route is its own file and one line here. */
export const routes: readonly Route<Services>[] = [
  healthRoute,
  chatRoute,
  listSessionsRoute,
  historyRoute,
  resumeRoute,
  decideCallRoute,
  deleteSessionRoute,
  ingestRoute,
  listJobsRoute,
  readJobRoute,
  retryJobRoute,
  listDocumentsRoute,
  getDocumentRoute,
  deleteDocumentRoute,
  searchRoute,
  olderSearchRoute,
  olderIngestRoute,
  listToolsRoute,
  executeToolRoute,
  auditRoute,
  mcpRoute,
  completionsRoute,
  embeddingsRoute,
  listModelsRoute,
  retrieveModelRoute,
  usageRoute,
  consoleRoute,
  consoleFileRoute,
  docsRoute,
  openapiRoute,
];
