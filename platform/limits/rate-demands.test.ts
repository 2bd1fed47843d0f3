import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { networkOf, rateDemands } from "#limits/rate-demands";
import { limitsSchema } from "#tenancy/limits-config";

const limits = limitsSchema.parse({});

describe("rate demands", () => {
  it("are tenant, principal and address, each with a minute and a burst", () => {
    assert.deepEqual(
      rateDemands(limits, { principalId: "k1", ip: "192.0.2.1" }).map(({ scope, id, windows }) => [
        scope,
        id,
        windows.map(({ limit }) => limit),
      ]),
      [
        ["tenant", "", [1_200, 400]],
        ["principal", "k1", [60, 20]],
        ["ip", "192.0.2.1", [120, 40]],
      ],
    );
  });

  it("are the address alone where a route says so", () => {
    const demands = rateDemands(limits, { ip: "192.0.2.1" }, ["ip"]);
    assert.deepEqual(
      demands.map(({ scope, id }) => [scope, id]),
      [["ip", "192.0.2.1"]],
    );
  });

  it("tell anonymous callers apart by their address", () => {
    const idOf = (ip: string): string | undefined => rateDemands(limits, { ip }, ["principal"])[0]?.id;
    assert.notEqual(idOf("192.0.2.1"), idOf("192.0.2.2"));
  });

  it("are none when limits are not enforced", () => {
    assert.deepEqual(rateDemands(limitsSchema.parse({ enforced: false }), { ip: "192.0.2.1" }), []);
  });

  for (const [address, network] of [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001::9", "2001:db8:1:0::/64"],
    ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
    ["::1", "0:0:0:0::/64"],
  ] as const) {
    it(`count ${address} as ${network}`, () => assert.equal(networkOf(address), network));
  }
});
