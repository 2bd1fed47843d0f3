import { chooseEmbeddingModel } from "#ai-gateway/choose-model";
import { defineRoute } from "#http/route";
import { embeddingListSchema, toEmbeddingList } from "#openai/embedding-list";
import { demandDimensions, embeddingRequestSchema, inputTexts } from "#openai/embedding-request";
import type { Services } from "#worker/services";

/** `POST /v1/embeddings`: vectors of texts. They serve retrieval, hence the scope `search`. */
export const embeddingsRoute = defineRoute<Services>()(
  {
    method: "POST",
    path: "/v1/embeddings",
    operationId: "createEmbedding",
    summary: "OpenAI-compatible embeddings, as numbers or as base64",
    tag: "openai",
    access: "search",
    flag: "openaiApi",
    body: embeddingRequestSchema,
    bodyLimit: "standard",
    countsItself: true,
    bareResponse: embeddingListSchema,
  },
  async ({ tenant, services, traceId, route, principal, request, count }, { body }) => {
    const model = chooseEmbeddingModel(tenant, {
      environment: services.environment,
      requested: body.model ?? undefined,
      tellsUnknown: true,
    });
    demandDimensions(model, body, tenant.vectorize.dimensions);
    const callContext = { traceId, route, principalId: principal.id, signal: request.signal };
    const embeddings = await services
      .models(tenant, count)
      .embed(tenant.tenantId, { model, texts: inputTexts(body) }, callContext);
    return Response.json(toEmbeddingList(embeddings, body.encoding_format ?? "float"));
  },
);
