import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ScopeStanding } from "#limits/quota-message";
import { formatDuration, rateLimitHeaders } from "#limits/rate-limit-headers";

const principal: ScopeStanding = {
  scope: "principal",
  windows: [
    { limit: 60, windowMs: 60_000, remaining: 41, resetMs: 52_100 },
    { limit: 20, windowMs: 10_000, remaining: 7, resetMs: 2_100 },
  ],
};
const ip: ScopeStanding = { scope: "ip", windows: [{ limit: 120, windowMs: 60_000, remaining: 0, resetMs: 900 }] };

describe("rate limit headers", () => {
  it("tell the principal's windows as draft 10 writes them, and OpenAI's", () => {
    assert.deepEqual(rateLimitHeaders([ip, principal]), {
      "ratelimit-policy": '"principal";q=60;w=60, "principal-burst";q=20;w=10',
      ratelimit: '"principal";r=41;t=53, "principal-burst";r=7;t=3',
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "7",
      "x-ratelimit-reset-requests": "53s",
    });
  });

  it("tell the scope that refused, and when to come back, rounded up", () => {
    const headers = rateLimitHeaders([principal, ip], { scope: "ip", retryAfterMs: 900 });
    assert.equal(headers["ratelimit"], '"ip";r=0;t=1');
    assert.equal(headers["retry-after"], "1");
    assert.equal(headers["retry-after-ms"], "900");
    assert.equal(headers["x-ratelimit-reset-requests"], "900ms");
  });

  it("fall back to the first scope where there is no principal, and to nothing without scopes", () => {
    assert.equal(rateLimitHeaders([ip])["ratelimit-policy"], '"ip";q=120;w=60');
    assert.deepEqual(rateLimitHeaders([]), {});
  });

  for (const [ms, text] of [
    [0, "0ms"],
    [119.2, "120ms"],
    [1_000, "1s"],
    [1_001, "2s"],
    [360_000, "6m0s"],
    [3_661_000, "1h1m1s"],
  ] as const) {
    it(`write ${ms} ms as ${text}`, () => assert.equal(formatDuration(ms), text));
  }
});
