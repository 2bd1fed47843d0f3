import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";

import * as z from "#base/zod";

import { ACCOUNT, startApi, TOKEN } from "#simulators/cloudflare-api/testing/api-fixture";
import type { CloudflareApi } from "#simulators/cloudflare-api/start-cloudflare-api";
import { ensureNamespace, listNamespaces } from "./storage.js";
import { ApiFailure, createApiClient } from "./api-client.js";

describe("createApiClient", () => {
  let api: CloudflareApi;
  before(async () => {
    api = await startApi();
  });
  after(() => api.close());
  afterEach(() => api.faults.clear());
  const account = (token = TOKEN) => ({
    id: ACCOUNT,
    client: createApiClient({ apiUrl: api.apiUrl, token, timeoutMs: 300, firstPauseMs: 1 }),
  });
  const callsOf = (since: number): number => api.calls.length - since;

  it("makes a call again after every kind of passing failure", async () => {
    const { client } = account();
    for (const kind of ["refuse", "lose", "hang", "cut"] as const) {
      const before = api.calls.length;
      api.faults.add({ kind, times: 2, status: 503 });
      await client.call("GET", `/accounts/${ACCOUNT}/workers/scripts`, z.array(z.unknown()));
      assert.equal(callsOf(before), 3, kind);
    }
  });

  it("makes nothing twice, though the answer that it was made is lost", async () => {
    api.faults.add({ kind: "lose", match: /^POST/, times: 1 });
    const id = await ensureNamespace(account(), "once");
    const namespaces = (await listNamespaces(account())).filter(({ title }) => title === "once");
    assert.deepEqual(
      namespaces.map((namespace) => namespace.id),
      [id],
    );
  });

  it("waits as long as a 429 says, with every call of the token", async () => {
    const { client } = account();
    api.faults.add({ kind: "refuse", status: 429, retryAfterSeconds: 1, times: 1 });
    const startedMs = Date.now();
    const list = () => client.call("GET", `/accounts/${ACCOUNT}/workers/scripts`, z.array(z.unknown()));
    await list();
    assert.ok(Date.now() - startedMs >= 950, `${Date.now() - startedMs} ms`);
  });

  it("gives up in the end, and at once where trying again is useless", async () => {
    const { client } = account();
    api.faults.add({ kind: "refuse", status: 500 });
    const before = api.calls.length;
    await assert.rejects(
      client.call("GET", "/accounts", z.unknown()),
      (error) => error instanceof ApiFailure && error.status === 500,
    );
    assert.equal(callsOf(before), 6);
    api.faults.clear();
    await assert.rejects(account("wrong-token").client.call("GET", "/accounts", z.unknown()), (error) => {
      return error instanceof ApiFailure && error.status === 401 && !JSON.stringify(error).includes("wrong-token");
    });
    assert.equal(callsOf(before), 7);
  });

  it("reads a list to its last page", async () => {
    for (let index = 0; index < 101; index += 1) {
      api.state.namespaces.put(ACCOUNT, `id-${index}`, { id: `id-${index}`, title: `many-${index}` });
    }
    const many = (await listNamespaces(account())).filter(({ title }) => title.startsWith("many-"));
    assert.equal(many.length, 101);
  });
});
