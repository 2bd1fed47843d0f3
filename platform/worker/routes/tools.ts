import { envelope } from "#http/envelope";
import { defineRoute } from "#http/route";
import { executeRequestSchema, executeResponseSchema, toUsage } from "#llm-tools/execute-request";
import { listTools, listToolsResponseSchema } from "#llm-tools/list-tools";
import { runTool } from "#llm-tools/run-tool";
import type { Services } from "#worker/services";

/** `GET /tools`: the tools that this caller may use. */
export const listToolsRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/tools",
    operationId: "listTools",
    summary: "The tools that the caller may use, with JSON Schemas of their arguments and results",
    tag: "tools",
    access: "any-tool",
    flag: "tools",
    response: listToolsResponseSchema,
  },
  ({ tenant, services, principal, traceId }) => {
    const { tools, config } = services.tools(tenant);
    return Promise.resolve(envelope(traceId, { tools: listTools(tools, config, principal) }));
  },
);

/** `POST /tools/execute`: runs one tool. What fails is no 200. */
export const executeToolRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/tools/execute",
    operationId: "executeTool",
    summary: "Run one tool; a tool that fails answers 422 tool_failed, one that takes too long 504 tool_timeout",
    tag: "tools",
    access: "any-tool",
    flag: "tools",
    body: executeRequestSchema,
    bodyLimit: "standard",
    response: executeResponseSchema,
  },
  async ({ tenant, services, principal, traceId, route, request }, { body }) => {
    const host = services.tools(tenant);
    const run = await runTool(tenant.tenantId, host, {
      ...body,
      door: "execute",
      taint: "none",
      principal,
      context: { traceId, route, principalId: principal.id, signal: request.signal },
    });
    const { usage, ...rest } = run;
    return envelope(traceId, { ...rest, ...(usage === undefined ? {} : { usage: toUsage(host, usage) }) });
  },
);
