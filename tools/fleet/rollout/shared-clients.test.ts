import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import * as z from "#base/zod";

import type { CloudflareApi } from "#simulators/cloudflare-api/start-cloudflare-api";
import { ACCOUNT, startApi, TOKEN } from "#simulators/cloudflare-api/testing/api-fixture";
import { createApiClient } from "../account/api-client.js";
import { ensureNamespace, listNamespaces } from "../account/storage.js";
import { SharedClients } from "./shared-clients.js";

describe("SharedClients", () => {
  let api: CloudflareApi;
  before(async () => {
    api = await startApi();
  });
  after(() => api.close());
  const options = (token = TOKEN) => ({ apiUrl: api.apiUrl, token, timeoutMs: 1_000, firstPauseMs: 1 });
  const account = (clients: SharedClients) => ({ id: ACCOUNT, client: clients.clientFor(options()) });
  const titles = async (clients: SharedClients): Promise<string[]> =>
    (await listNamespaces(account(clients))).map(({ title }) => title);

  it("reads once what many tenants ask for, until it is told that things change", async () => {
    const clients = new SharedClients();
    const before = api.calls.length;
    await Promise.all([titles(clients), titles(clients), titles(clients)]);
    assert.equal(api.calls.length - before, 1);
    await ensureNamespace({ id: ACCOUNT, client: createApiClient(options()) }, "new");
    assert.deepEqual(await titles(clients), []);
    clients.endSharing();
    assert.deepEqual(await titles(clients), ["new"]);
  });

  it("never answers one token with what another one may read", async () => {
    const clients = new SharedClients();
    await account(clients).client.call("GET", "/user/tokens/verify", z.unknown());
    await assert.rejects(clients.clientFor(options("another")).call("GET", "/user/tokens/verify", z.unknown()));
  });
});
