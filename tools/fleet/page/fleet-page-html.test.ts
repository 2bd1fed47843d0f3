import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, it } from "node:test";

import { escapeHtml } from "#tools/command/escape-html";
import { countFleet, fleetPageHtml } from "#tools/fleet/page/fleet-page-html";
import { servePage } from "#tools/fleet/page/serve-page";
import type { TenantSurvey } from "#tools/fleet/page/survey-tenant";

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;

/** Every text that others have written holds HTML. */
const survey: TenantSurvey = {
  tenant: HOSTILE,
  environment: "production",
  hostname: HOSTILE,
  isProvisioned: true,
  account: {
    value: {
      live: { versionId: HOSTILE, release: undefined, record: undefined },
      findings: [{ kind: "var", name: HOSTILE, expected: HOSTILE, found: HOSTILE, repair: "manual" }],
    },
  },
  health: { value: { status: "degraded", failing: [HOSTILE] } },
  spend: { error: { why: HOSTILE, fix: HOSTILE } },
};

describe("fleetPageHtml", () => {
  it("shows what others have written as text, wherever it stands", () => {
    const page = fleetPageHtml({ at: HOSTILE, tenants: [survey] });
    assert.ok(page.includes(escapeHtml(HOSTILE)));
    assert.doesNotMatch(page, /<script|<img|="[^"]*"'/);
    assert.equal(page.split(escapeHtml(HOSTILE)).length, 11);
  });

  it("shows an environment that was never provisioned as such", () => {
    const tenants: TenantSurvey[] = [
      { tenant: "acme", environment: "staging", hostname: undefined, isProvisioned: false },
    ];
    assert.match(fleetPageHtml({ at: "now", tenants }), /acme[^]*no hostname[^]*not provisioned/);
    assert.equal(countFleet(tenants).environments, 0);
  });

  it("counts what an operator looks for", () => {
    const spent: TenantSurvey = { ...survey, spend: { value: 1.5 }, account: { error: { why: "no token" } } };
    assert.deepEqual(countFleet([survey, spent]), {
      environments: 2,
      drifted: 1,
      degraded: 2,
      notRead: 2,
      usd: 1.5,
    });
  });
});

describe("servePage", () => {
  it("answers nobody who calls it by another name", async () => {
    const page = await servePage("<p>fleet</p>");
    const { hostname, port } = new URL(page.url);
    const statusFor = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        request({ hostname, port, path: "/", headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .once("error", reject)
          .end();
      });
    assert.equal(await statusFor(`127.0.0.1:${port}`), 200);
    assert.equal(await statusFor("attacker.example"), 404);
    await page.close();
  });
});
