import { waitUntil } from "cloudflare:workers";

import { chooseChatModel } from "#ai-gateway/choose-model";
import { systemClock } from "#base/clock";
import { PlatformError } from "#base/errors";
import type { ToolRegistry } from "#llm-tools/registry";
import type { ToolHost } from "#llm-tools/run-tool";
import type { ToolKnowledge } from "#llm-tools/tool-knowledge";
import { describeThrown, type Logger } from "#observability/logger";
import { chunkText } from "#rag/chunk-text";
import { ingestDocuments } from "#rag/ingest-documents";
import { parseIngestRequest } from "#rag/parse-ingest-request";
import { type RagServices, ragSettings } from "#rag/rag-services";
import { readSources } from "#rag/read-sources";
import { retrievePassages } from "#rag/retrieve-passages";
import type { AuditEntry, AuditLog } from "#storage/audit-log";
import { createD1AuditLog } from "#storage/d1-audit-log";
import { createKvValueStore } from "#storage/kv-value-store";
import type { EnvironmentName } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { WorkerEnv } from "#worker/env";

/** The route whose models tools use, whichever door they were called by. */
const ROUTE = "/tools/execute";

/** The record of what tools did. */
export function auditLogOf({ DB }: WorkerEnv, log: Logger): AuditLog {
  return createD1AuditLog(DB, {
    keepAlive: waitUntil,
    reportFailure: (tenantId, error) =>
      log.log("error", "audit_seal_failed", { tenantId, dependency: "d1", error: describeThrown(error) }),
  });
}

interface ToolParts {
  readonly knowledge: RagServices;
  readonly environment: EnvironmentName;
  /** Those of the bundle. */
  readonly tools: ToolRegistry;
  readonly log: Logger;
}

/** Makes what the dispatcher needs to run a tenant's tools. */
export function composeTools(
  env: WorkerEnv,
  tenant: TenantConfig,
  { knowledge, environment, tools, log }: ToolParts,
): ToolHost {
  return {
    tools,
    config: tenant.tools,
    services: {
      models: knowledge.models,
      chatModel: chooseChatModel(tenant, { environment, route: ROUTE }),
      knowledge: toolKnowledge(tenant, knowledge, environment),
      values: createKvValueStore(env.KV),
      clock: systemClock,
    },
    audit: auditLogOf(env, log),
    clock: systemClock,
    keepAlive: waitUntil,
    // A name that is no tool's is what its caller wrote: the audit log has it, the log has not.
    onEnd: ({ tool, ...entry }, failure) =>
      logToolCall(
        log.with({ tenantId: tenant.tenantId }),
        { ...entry, tool: tools.has(tool) ? tool : "(unknown)" },
        failure,
      ),
  };
}

/** What tools need of the tenant's documents, on top of the knowledge that routes use. */
function toolKnowledge(tenant: TenantConfig, services: RagServices, environment: EnvironmentName): ToolKnowledge {
  const settings = ragSettings(tenant, { environment, route: ROUTE });
  return {
    cut: (text, maxTokens) =>
      chunkText(
        text,
        maxTokens === undefined
          ? settings.chunking
          : { strategy: "recursive", unit: "tokens", size: maxTokens, overlap: 0 },
      ),
    async findPassages(tenantId, { query, topK, docIds, sources, acl, reader }, context) {
      const filter = { ...(docIds === undefined ? {} : { docIds }), ...(sources === undefined ? {} : { sources }) };
      const { passages } = await retrievePassages(tenantId, services, { settings, context, acl, query, topK, filter });
      return readSources(passages, settings).map(({ source: { title, ...source }, titleForModel, forModel }) => {
        const shownTitle = reader === "model" ? titleForModel : title;
        return {
          ...source,
          ...(shownTitle === undefined || shownTitle === "" ? {} : { title: shownTitle }),
          text: reader === "model" ? forModel : source.text,
        };
      });
    },
    async storeDocuments(tenantId, documents, context) {
      if (!tenant.featureFlags.ingestion)
        throw new PlatformError("forbidden", 'Documents cannot be stored now: the flag "ingestion" is off.');
      const parsed = parseIngestRequest({ documents });
      return (await ingestDocuments(tenantId, services, { settings, context, documents: parsed })).documents;
    },
  };
}

/** Writes the line `tool_call`: what the audit log keeps, and the private cause of a failure. */
function logToolCall(log: Logger, entry: AuditEntry, failure: unknown): void {
  const { traceId, tool, door, outcome, code, durationMs } = entry;
  const isOurs = code === "internal" || code === "unavailable";
  log.log(isOurs ? "error" : "info", "tool_call", {
    traceId,
    tool,
    door,
    outcome,
    latencyMs: durationMs,
    ...(code === undefined ? {} : { code }),
    ...(outcome === "failed" || isOurs ? { error: describeThrown(failure) } : {}),
  });
}
