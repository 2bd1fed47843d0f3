import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import type { Browser, Locator, Page } from "playwright-core";

import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";
import { SEEDED, SEEDED_MINUTES, seedMetrics } from "./seed-metrics.js";
import { findings, keepPicture, openPage, type PageOptions, startBrowser, type WatchedPage } from "./start-browser.js";

describe("the console with metrics, in Chromium", () => {
  let worker: TestWorker;
  let browser: Browser;

  before(async () => {
    const modulePath = path.resolve(process.env["POOL_BUNDLE"] ?? "");
    worker = await startTestWorker({ modulePath, extraVars: { LIMITS: "off" } });
    browser = await startBrowser();
    await seedMetrics(worker, "acme");
    await worker.runtime.scheduled("* * * * *");
  });
  after(async () => {
    await browser.close();
    await worker.dispose();
  });

  async function openMetrics(options: PageOptions & { tenant?: string } = {}): Promise<WatchedPage> {
    const { tenant = "acme", ...rest } = options;
    const { origin } = worker.runtime.url;
    const watched = await openPage(browser, `${origin}/#metrics`, { ...rest, headers: { "x-tenant-id": tenant } });
    const { page } = watched;
    await page.getByLabel("API key").fill(await worker.makeKey(tenant, ["metrics"]));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("As of").waitFor();
    // Away from the plots: what rests on one reads it.
    await page.mouse.move(0, 0);
    return watched;
  }
  const plotOf = (page: Page, title: string): Locator => page.locator("figure.plot").filter({ hasText: title }).first();
  const showsLegend = (plot: Locator, text: string): Promise<void> =>
    plot.locator(".legend").filter({ hasText: text }).waitFor();
  const legendOf = (plot: Locator): Promise<string[]> => plot.locator(".legend li").allTextContents();

  it("says how metrics are switched on, and asks for none, where the tenant is not measured", async () => {
    const headers = { "x-tenant-id": "oscorp" };
    const { page, problems, requests } = await openPage(browser, `${worker.runtime.url.origin}/#metrics`, { headers });
    await page.getByLabel("API key").fill(await worker.makeKey("oscorp", ["metrics"]));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText('"insights": { "enabled": true }').waitFor();
    assert.ok(!requests.some((url) => url.includes("/metrics")));
    assert.deepEqual(problems, []);
  });

  it("draws what was measured: amounts as bars, levels as lines, all from the page's own origin", async () => {
    const { page, problems, requests } = await openMetrics();
    const tokens = plotOf(page, "Tokens");
    assert.deepEqual(await legendOf(tokens), ["In 60K", "Out 20K"]);
    const bars = await Promise.all((await tokens.locator(".bars").all()).map((path) => path.getAttribute("d")));
    const heights = bars.map((d) =>
      [...(d ?? "").matchAll(/M[\d.]+ ([\d.]+)V([\d.]+)/g)].map(([, foot, top]) => Number(foot) - Number(top)),
    );
    assert.deepEqual(
      heights.map(({ length }) => length),
      [SEEDED_MINUTES, SEEDED_MINUTES],
    );
    assert.ok(Math.abs((heights[0]?.[0] ?? 0) / (heights[1]?.[0] ?? 1) - SEEDED.tokensIn / SEEDED.tokensOut) < 0.01);

    assert.ok((await legendOf(plotOf(page, "Requests"))).includes(`Errors ${SEEDED.errors}`));
    assert.deepEqual(await legendOf(plotOf(page, "Cost")), ["US dollars $4.50"]);
    assert.deepEqual(await legendOf(plotOf(page, "Cache hit rate")), ["Hits 75%"]);
    const latency = plotOf(page, "Latency");
    assert.equal(await latency.locator(".line").count(), 3);
    assert.match((await latency.locator(".line").first().getAttribute("d")) ?? "", /^M[\d.]+ [\d.]+L/);
    const byModel = page.getByRole("table", { name: "Cost by model" });
    assert.match((await byModel.getByRole("row").nth(1).textContent()) ?? "", /gpt-oss-20b.*150\$3/);
    assert.match((await page.getByRole("row", { name: /summarize/ }).textContent()) ?? "", /505\d/);
    await keepPicture(page, "metrics");
    assert.deepEqual(problems, []);
    assert.deepEqual([...new Set(requests.map((url) => new URL(url).origin))], [worker.runtime.url.origin]);
  });

  it("goes from step to step by the keyboard, says each, and moves nothing", async () => {
    const { page } = await openMetrics();
    const plot = plotOf(page, "Tokens");
    const moved = await findings(page, "movedThings");
    const stops = plot.locator(".step[tabindex='0']");
    assert.equal(await stops.count(), 1, "one stop of Tab");
    await stops.focus();
    for (let step = 0; step < 20; step++) await page.keyboard.press("ArrowLeft");
    await showsLegend(plot, "In 1,200Out 400");
    const name = await plot.locator(".step:focus").getAttribute("aria-label");
    assert.match(name ?? "", /^\d\d:\d\d.*, In 1,200, Out 400$/);
    await page.keyboard.press("Home");
    assert.equal(await page.evaluate<boolean>("document.activeElement.previousElementSibling === null"), true);
    await page.keyboard.press("Tab");
    await showsLegend(plot, "In 60KOut 20K");
    assert.deepEqual(await findings(page, "movedThings"), moved);
  });

  it("has a name and a description for each plot, and the same as a table", async () => {
    const { page } = await openMetrics();
    const plots = page.locator("figure.plot");
    assert.equal(await plots.count(), 6);
    for (const plot of await plots.all()) {
      const drawing = plot.locator("svg[role=group]");
      const [title, description] = [drawing.locator("title"), drawing.locator("desc")];
      const ids = await Promise.all([title, description].map((part) => part.getAttribute("id")));
      assert.equal(await drawing.getAttribute("aria-labelledby"), ids.join(" "));
      assert.match((await description.textContent()) ?? "", /^In the last hour, by the minute: .*\d/);
    }
    const plot = plotOf(page, "Tokens");
    await plot.getByText("As a table").click();
    const cells = await plot.locator("tbody tr td:nth-child(2)").allTextContents();
    assert.equal(
      cells.reduce((sum, cell) => sum + Number(cell.replace(",", "")), 0),
      SEEDED.tokensIn,
    );
  });

  it("shows how fast error budgets are used, and what fires", async () => {
    const { page } = await openMetrics();
    const chat = page.getByRole("table", { name: "Error budgets" }).getByRole("row", { name: /^chat/ });
    const hour = chat.getByRole("cell").first();
    const burning = hour.locator(".burning");
    const rate = Number(((await burning.textContent()) ?? "").split("×")[0]);
    assert.ok(rate > 5 && rate < 14.4, String(rate));
    assert.match((await burning.getAttribute("class")) ?? "", /warn/);
    assert.match((await hour.textContent()) ?? "", /used up/);
    const alerts = page.getByRole("region", { name: "Alerts" });
    await alerts.getByText("1 firing").waitFor();
    const firing = (await alerts.locator(".firing li").textContent()) ?? "";
    assert.match(
      firing,
      /^First tokens come late chat\.firstTokenP95Ms > 5,000 in the last hour · since .* docs\/runbooks\/model-outage\.md$/,
    );
  });

  it("reads another period, and again, without moving what is there", async () => {
    const { page } = await openMetrics();
    const heading = page.getByText("Error budgets").first();
    const place = await heading.boundingBox();
    const moved = await findings(page, "movedThings");
    await page.getByLabel("last 24 hours").check();
    await page.locator(".metrics[aria-busy=false]").waitFor();
    await plotOf(page, "Tokens").locator("desc").filter({ hasText: "by the hour" }).waitFor({ state: "attached" });
    assert.equal(await plotOf(page, "Tokens").locator(".step").count(), 25);
    assert.deepEqual(await legendOf(plotOf(page, "Tokens")), ["In 60K", "Out 20K"]);
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.locator(".metrics[aria-busy=false]").waitFor();
    assert.deepEqual(await heading.boundingBox(), place);
    assert.deepEqual(await findings(page, "movedThings"), moved);
  });

  it("says that there is nothing where nothing was", async () => {
    const { page, problems } = await openMetrics({ tenant: "vandelay" });
    await plotOf(page, "Tokens").getByText("Nothing in this period").waitFor();
    await page.getByRole("region", { name: "Alerts" }).getByText("none fires").waitFor();
    assert.deepEqual(problems, []);
  });

  it("tells a key without the scope, and asks for nothing", async () => {
    const { origin } = worker.runtime.url;
    const headers = { "x-tenant-id": "acme" };
    const { page, requests, problems } = await openPage(browser, `${origin}/#metrics`, { headers });
    await page.getByLabel("API key").fill(await worker.makeKey("acme", ["chat"]));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("lacks the scope metrics").waitFor();
    assert.ok(!requests.some((url) => url.includes("/metrics/")));
    assert.deepEqual(problems, []);
  });

  it("keeps what it shows when a later reading fails, and says why", async () => {
    const { page } = await openMetrics();
    await page.route("**/metrics/slis*", (route) => route.abort());
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("alert").getByText("cannot be reached").waitFor();
    assert.deepEqual(await legendOf(plotOf(page, "Tokens")), ["In 60K", "Out 20K"]);
    await page.unroute("**/metrics/slis*");
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
  });

  it("offers no speech where nobody speaks for the tenant, nor to a key that may not", async () => {
    for (const [tenant, scopes] of [
      ["umbrella", ["chat", "search", "tts"]],
      ["acme", ["chat", "search"]],
    ] as const) {
      const headers = { "x-tenant-id": tenant };
      const { page } = await openPage(browser, `${worker.runtime.url.origin}/#speech`, { headers });
      await page.getByLabel("API key").fill(await worker.makeKey(tenant, scopes));
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("Message").fill("Good morning");
      await page.getByRole("button", { name: "Send" }).click();
      await page.locator(".turn.assistant .meta").waitFor();
      assert.equal(await page.getByRole("button", { name: "Listen" }).count(), 0, tenant);
      assert.equal(await page.getByRole("link", { name: "Speech" }).count(), 0, tenant);
    }
  });

  for (const scheme of ["light", "dark"] as const) {
    it(`has names on all controls and enough contrast, on a desk and on a phone, ${scheme}`, async () => {
      for (const size of [
        { width: 1200, height: 800 },
        { width: 390, height: 800 },
      ]) {
        const { page } = await openMetrics({ size });
        await page.emulateMedia({ colorScheme: scheme });
        assert.deepEqual(await findings(page, "unnamedControls"), []);
        assert.deepEqual(await findings(page, "faintTexts"), []);
        assert.ok(await page.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth"));
        await keepPicture(page, `metrics-${scheme}-${size.width}`);
      }
    });
  }
});
