import * as z from "zod";

import { ApiError } from "../api/api-error.js";
import { type ApiRequest, readJson } from "../api/api-request.js";
import { type Answer, ok, page } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";

const QUEUES = "/accounts/:account/queues";
const QUEUE = `${QUEUES}/:queue`;
const WORKFLOWS = "/accounts/:account/workflows";

type Json = Readonly<Record<string, unknown>>;

const consumerSchema = z.looseObject({ type: z.string(), script_name: z.string().optional() });

/** Queues with their consumers, Workflows, and R2 buckets: what wrangler asks of them when it deploys. */
export function queueRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", QUEUES, "Queues Read", (request, { account }) => {
      const names = request.query.getAll("name");
      const queues = state.queues
        .list(account)
        .filter((queue) => names.length === 0 || names.includes(String(queue["queue_name"])));
      return page(queues, request.query, 100);
    }),
    route("POST", QUEUES, "Queues Write", (request, call) => createQueue(state, request, call)),
    route("GET", QUEUE, "Queues Read", (_, call) => ok(requireQueue(state, call))),
    route("DELETE", QUEUE, "Queues Write", (_, call) => {
      state.queues.delete(call.account, String(requireQueue(state, call)["queue_id"]));
      return ok(null);
    }),
    route("GET", `${QUEUE}/consumers`, "Queues Read", (_, call) => ok(consumersOf(requireQueue(state, call)))),
    route("POST", `${QUEUE}/consumers`, "Queues Write", (request, call) => putConsumer(state, request, call)),
    route("PUT", `${QUEUE}/consumers/:consumer`, "Queues Write", (request, call) => putConsumer(state, request, call)),
  ];
}

/** Workflows are made and changed by one call. */
export function workflowRoutes(state: CloudflareState): Route[] {
  return [
    route("GET", WORKFLOWS, "Workers Scripts Read", (request, { account }) =>
      page(state.workflows.list(account), request.query),
    ),
    route("GET", `${WORKFLOWS}/:workflow`, "Workers Scripts Read", (_, { account, params }) => {
      const workflow = state.workflows.get(account, params["workflow"] ?? "");
      if (workflow === undefined) throw new ApiError(404, 10_200, "workflow.not_found");
      return ok(workflow);
    }),
    route("PUT", `${WORKFLOWS}/:workflow`, "Workers Scripts Write", (request, { account, params }) => {
      const { workflow: name = "" } = params;
      const before = state.workflows.get(account, name);
      const workflow = { id: before?.["id"] ?? state.uuid(), name, ...readJson(request, z.looseObject({})) };
      return ok(state.workflows.put(account, name, workflow));
    }),
    route("DELETE", `${WORKFLOWS}/:workflow`, "Workers Scripts Write", (_, { account, params }) => {
      state.workflows.delete(account, params["workflow"] ?? "");
      return ok(null);
    }),
  ];
}

export function bucketRoutes(state: CloudflareState): Route[] {
  const buckets = "/accounts/:account/r2/buckets";
  return [
    route("GET", buckets, "Workers R2 Storage Read", (_, { account }) => ok({ buckets: state.buckets.list(account) })),
    route("POST", buckets, "Workers R2 Storage Write", (request, { account }) => {
      const { name } = readJson(request, z.looseObject({ name: z.string().min(1) }));
      if (state.buckets.get(account, name) !== undefined) {
        throw new ApiError(409, 10_004, "The bucket you tried to create already exists, and you own it.");
      }
      return ok(state.buckets.put(account, name, { name, creation_date: state.now() }));
    }),
    route("GET", `${buckets}/:bucket`, "Workers R2 Storage Read", (_, call) => ok(requireBucket(state, call))),
    route("DELETE", `${buckets}/:bucket`, "Workers R2 Storage Write", (_, call) => {
      state.buckets.delete(call.account, String(requireBucket(state, call)["name"]));
      return ok({});
    }),
  ];
}

function requireBucket(state: CloudflareState, { account, params }: RouteCall): Json {
  const bucket = state.buckets.get(account, params["bucket"] ?? "");
  if (bucket === undefined) throw new ApiError(404, 10_006, "The specified bucket does not exist.");
  return bucket;
}

function createQueue(state: CloudflareState, request: ApiRequest, { account }: RouteCall): Answer {
  const { queue_name: name } = readJson(request, z.looseObject({ queue_name: z.string().min(1) }));
  if (state.queues.list(account).some((queue) => queue["queue_name"] === name)) {
    throw new ApiError(409, 11_009, `Queue name '${name}' is already taken.`);
  }
  const id = state.hexId();
  const now = state.now();
  const queue = {
    queue_id: id,
    queue_name: name,
    created_on: now,
    modified_on: now,
    producers: [],
    consumers: [],
    settings: {},
  };
  return ok(state.queues.put(account, id, queue));
}

function requireQueue(state: CloudflareState, { account, params }: RouteCall): Json {
  const { queue = "" } = params;
  const found =
    state.queues.get(account, queue) ??
    state.queues.list(account).find((candidate) => candidate["queue_name"] === queue);
  if (found === undefined) throw new ApiError(404, 11_000, "Queue does not exist");
  return found;
}

/** A script is a consumer of a queue at most once. */
function putConsumer(state: CloudflareState, request: ApiRequest, call: RouteCall): Answer {
  const queue = requireQueue(state, call);
  const given = readJson(request, consumerSchema);
  const { script_name: service } = given;
  const consumer = { consumer_id: state.hexId(), ...given, service, environment: "production" };
  const others = consumersOf(queue).filter((entry) => entry["service"] !== service);
  state.queues.put(call.account, String(queue["queue_id"]), { ...queue, consumers: [...others, consumer] });
  return ok(consumer);
}

function consumersOf(queue: Json): Json[] {
  const { consumers } = queue;
  return Array.isArray(consumers) ? (consumers as Json[]) : [];
}
