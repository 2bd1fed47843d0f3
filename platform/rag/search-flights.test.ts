import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { systemClock } from "#base/clock";
import { SearchFlights } from "#rag/search-flights";
import type { SearchResponse } from "#rag/search-response";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";

const [acme, globex] = [tenantIdSchema.parse("acme"), tenantIdSchema.parse("globex")];
// Nothing here looks into a result.
const result = { answer: "ten" } as unknown as SearchResponse;

describe("equal searches at the same time", () => {
  it("cost one: who waits gets the other's result", async () => {
    const flights = new SearchFlights(systemClock);
    const { flight } = await flights.board(acme, "digest", undefined);
    const waiting = flights.board(acme, "digest", undefined);
    flight?.land(result);
    assert.equal((await waiting).landed, result);
    flight?.end();
    assert.ok((await flights.board(acme, "digest", undefined)).flight, "a flight that has ended is known no longer");
  });

  it("of two tenants have nothing to do with each other", async () => {
    const flights = new SearchFlights(systemClock);
    const { flight } = await flights.board(acme, "digest", undefined);
    flight?.land(result);
    const other = await flights.board(globex, "digest", undefined);
    assert.equal(other.landed, undefined);
    assert.ok(other.flight);
  });

  it("fail together, and the next one sets out itself", async () => {
    const flights = new SearchFlights(systemClock);
    const { flight } = await flights.board(acme, "digest", undefined);
    const waiting = flights.board(acme, "digest", undefined);
    const reason = new Error("no model");
    flight?.fail(reason);
    await assert.rejects(waiting, reason);
    assert.ok((await flights.board(acme, "digest", undefined)).flight);
  });

  it("are flown by the first who waited when the caller of the other has left", async () => {
    const flights = new SearchFlights(systemClock);
    const { flight } = await flights.board(acme, "digest", undefined);
    const waiting = flights.board(acme, "digest", undefined);
    flight?.land(undefined);
    assert.ok((await waiting).flight);
  });
});
