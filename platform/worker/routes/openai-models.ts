import * as z from "#base/zod";

import { chooseChatModel } from "#ai-gateway/choose-model";
import { defineRoute } from "#http/route";
import { listModels, modelListSchema, modelSchema, toModel } from "#openai/model-list";
import type { Services } from "#worker/services";

/** `GET /v1/models`: the models that a request to this tenant may name. */
export const listModelsRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/v1/models",
    operationId: "listModels",
    summary: "Models that a request may name, in OpenAI's form",
    tag: "openai",
    access: "chat",
    flag: "openaiApi",
    bareResponse: modelListSchema,
  },
  ({ tenant, services }) => Promise.resolve(Response.json(listModels(tenant, services.speechModels(tenant)))),
);

/** `GET /v1/models/:id`: one of them. Ids hold slashes, written as they are or as `%2F`. */
export const retrieveModelRoute = defineRoute<Services>()(
  {
    method: "GET",
    path: "/v1/models/:id{.+}",
    operationId: "retrieveModel",
    summary: "One model, in OpenAI's form",
    tag: "openai",
    access: "chat",
    flag: "openaiApi",
    params: z.strictObject({ id: z.string().check(z.minLength(1), z.maxLength(200)) }),
    bareResponse: modelSchema,
  },
  ({ tenant, services, route }, { params: { id } }) => {
    const listed = listModels(tenant, services.speechModels(tenant)).data.find((model) => model.id === id);
    // An id that is not listed is refused here, and told why.
    const question = { environment: services.environment, route, requested: id, tellsUnknown: true };
    return Promise.resolve(Response.json(listed ?? toModel(chooseChatModel(tenant, question))));
  },
);
