import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";
import {
  findings,
  keepPicture,
  numberOf,
  openPage,
  type PageOptions,
  startBrowser,
  type WatchedPage,
} from "./start-browser.js";

const HANDBOOK = `# Handbook of the harbour

Ships report to the harbour master by radio before they enter. The radio channel of the harbour master is channel 12.

The crane on the east quay lifts forty tonnes. It may not be used when the wind is above 60 kilometres per hour.
`;

/** Some of the controls of a chat, in the order of reading. */
const WALK = [
  "Chat",
  "Search",
  "Audit",
  "API",
  "Sign out",
  "New conversation",
  "Citation 1",
  "Listen",
  "Message",
  "Answer from documents",
  "Send",
];

/** Pixels. */
const SIZES = { desktop: { width: 1200, height: 800 }, phone: { width: 390, height: 800 } };

describe("the console, in Chromium", () => {
  let worker: TestWorker;
  let browser: Browser;
  let origin: string;

  before(async () => {
    worker = await startTestWorker({ model: { tokenDelayMs: 40 }, extraVars: { LIMITS: "off" } });
    browser = await startBrowser();
    origin = worker.runtime.url.origin;
    const key = await worker.makeKey("acme", ["ingest"]);
    const document = { docId: "harbour.md", title: "Harbour", text: HANDBOOK };
    await worker.call("/ingest", { tenant: "acme", key, body: document });
  });
  after(async () => {
    await browser.close();
    await worker.dispose();
  });

  async function signedIn(options?: PageOptions): Promise<WatchedPage> {
    const watched = await openPage(browser, origin, options);
    await watched.page
      .getByLabel("API key")
      .fill(await worker.makeKey("acme", ["chat", "search", "ingest", "tools", "tts", "admin"]));
    await watched.page.getByRole("button", { name: "Sign in" }).click();
    await watched.page.getByLabel("Message").waitFor();
    return watched;
  }

  async function open(page: Page, view: string): Promise<void> {
    await page.getByRole("navigation").getByRole("link", { name: view }).click();
  }

  it("refuses a wrong key with words, and keeps no key anywhere", async () => {
    const { page } = await openPage(browser, origin);
    await page.getByLabel("API key").fill("ak_acme_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("not valid").first().waitFor();
    const signed = await signedIn();
    assert.equal(await signed.page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length"), 0);
    await signed.page.reload();
    await signed.page.getByLabel("API key").waitFor();
  });

  for (const [device, size] of Object.entries(SIZES))
    it(`moves nothing on a ${device} while an answer grows`, async () => {
      const { page } = await signedIn({ size });
      await page.getByLabel("Message").fill("Which radio channel has the harbour master?");
      const movedBefore = await findings(page, "movedThings");
      await page.getByRole("button", { name: "Send" }).click();
      const answer = page.locator(".turn.assistant .answer");
      await answer.filter({ hasText: /\w/ }).waitFor();
      await page.getByRole("button", { name: "Listen" }).waitFor();
      await page.getByRole("complementary", { name: "Conversations" }).getByText("2 messages").first().waitFor();
      assert.deepEqual((await findings(page, "movedThings")).slice(movedBefore.length), []);
    });

  it("streams a chat visibly, marks what is cited, and moves nothing while it grows", async () => {
    const { page, problems, requests } = await signedIn();
    await page.getByLabel("Message").fill("Which radio channel has the harbour master?");
    const composer = await page.getByLabel("Message").boundingBox();
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.locator(".turn.assistant .answer");
    await answer.filter({ hasText: /\w/ }).waitFor();
    const early = (await answer.textContent()) ?? "";
    assert.ok(await page.getByRole("button", { name: "Stop" }).isVisible(), "the turn is not running any more");
    await page.getByRole("button", { name: "Send" }).waitFor();
    const whole = (await answer.textContent()) ?? "";
    assert.ok(whole.length > early.length, `${early} | ${whole}`);
    assert.deepEqual(await page.getByLabel("Message").boundingBox(), composer);
    await keepPicture(page, "chat");

    await page
      .getByRole("button", { name: /^Citation 1/ })
      .first()
      .click();
    const mark = page.getByRole("dialog").locator("mark").first();
    await mark.waitFor();
    const marked = (await mark.textContent()) ?? "";
    assert.match(marked, /channel 12/);
    assert.ok(HANDBOOK.includes(marked), marked);
    await keepPicture(page, "citation");
    await page.getByRole("button", { name: "Close" }).click();
    assert.deepEqual(problems, []);
    assert.deepEqual([...new Set(requests.map((url) => new URL(url).origin))], [origin]);
  });

  it("remembers conversations, shows one again and deletes it", async () => {
    const { page } = await signedIn();
    await page.getByLabel("Message").fill("Good morning");
    await page.keyboard.press("Enter");
    const list = page.getByRole("complementary", { name: "Conversations" });
    await list.getByText("2 messages").waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    await list.getByText("Good morning").click();
    await page.locator(".turn.user").getByText("Good morning").waitFor();
    page.once("dialog", (dialog) => void dialog.accept());
    await list.getByRole("button", { name: "Delete the conversation “Good morning”" }).click();
    await list.getByText("Good morning").waitFor({ state: "detached" });
  });

  it("searches, and says why", async () => {
    const { page } = await signedIn();
    await open(page, "Search");
    await page.getByLabel("Question").fill("How much does the crane lift?");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Why this result?").click();
    await page.getByRole("table", { name: "Stages" }).getByText("lexical").waitFor();
    await page.getByText("Harbour").first().click();
    assert.match((await page.locator("mark").first().textContent()) ?? "", /forty tonnes/);
    await keepPicture(page, "search");
  });

  it("uploads a document, shows its passages and deletes it", async () => {
    const { page } = await signedIn();
    await open(page, "Documents");
    const file = path.join(mkdtempSync(path.join(tmpdir(), "upload-")), "lighthouse.md");
    writeFileSync(file, "# Light\n\nIt blinks twice.\n");
    await page.getByLabel("Text or Markdown files").setInputFiles(file);
    await page.getByRole("button", { name: "Upload" }).click();
    await page.getByText("1 of 1 stored.").waitFor();
    const entry = page.getByRole("listitem").filter({ hasText: "lighthouse.md" });
    await entry.locator("summary").click();
    await entry.getByRole("button", { name: "Show its passages" }).click();
    await entry.getByText("It blinks twice.").waitFor();
    await keepPicture(page, "documents");
    page.once("dialog", (dialog) => void dialog.accept());
    await entry.getByRole("button", { name: "Delete lighthouse.md" }).click();
    await entry.waitFor({ state: "detached" });
  });

  it("runs a tool by the form of its schema, and lists the call in the audit", async () => {
    const { page } = await signedIn();
    await open(page, "Tools");
    const tool = page.getByRole("listitem").filter({ hasText: "vector_search" });
    await tool.locator("summary").click();
    await tool.getByLabel("query (required)").fill("crane");
    await tool.getByRole("button", { name: "Run" }).click();
    await tool.getByText(/forty tonnes/).waitFor();
    await open(page, "Audit");
    await page.getByRole("table").getByText("vector_search").first().waitFor();
  });

  for (const scheme of ["light", "dark"] as const) {
    it(`has names on all controls and enough contrast in every view, ${scheme}`, async () => {
      const { page, problems } = await signedIn();
      await page.emulateMedia({ colorScheme: scheme });
      for (const view of ["Chat", "Search", "Documents", "Tools", "Speech", "Usage", "Metrics", "Audit"]) {
        await open(page, view);
        await page.locator("main [aria-busy=true]").first().waitFor({ state: "detached" });
        assert.deepEqual(await findings(page, "unnamedControls"), [], view);
        assert.deepEqual(await findings(page, "faintTexts"), [], view);
      }
      await keepPicture(page, `audit-${scheme}`);
      assert.deepEqual(problems, []);
    });
  }

  it("is walked through by Tab in the order of reading, always in sight; a dialog keeps the focus and gives it back", async () => {
    const { page } = await signedIn();
    await page.getByLabel("Message").fill("Which radio channel has the harbour master?");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Listen" }).waitFor();
    await page.getByRole("link", { name: "Chat" }).focus();
    const order = ["Chat"];
    const hidden: string[] = [];
    for (;;) {
      await page.keyboard.press("Tab");
      const [focused] = await findings(page, "focusedControl");
      if (focused === undefined || focused === order[0]) break;
      order.push(focused);
      hidden.push(...(await findings(page, "hiddenFocus")));
      assert.ok(order.length < 200, order.join(" | "));
    }
    const stops = WALK.map((name) => order.findIndex((found) => found.startsWith(name)));
    assert.ok(!stops.includes(-1), order.join(" | "));
    assert.deepEqual(
      stops.toSorted((a, b) => a - b),
      stops,
      order.join(" | "),
    );
    assert.deepEqual(hidden, []);

    const citation = page.getByRole("button", { name: /^Citation 1/ }).first();
    await citation.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").locator("mark").first().waitFor();
    for (let stop = 0; stop < 4; stop++) {
      await page.keyboard.press("Tab");
      assert.ok(
        await page.evaluate<boolean>(
          "document.querySelector('dialog').contains(document.activeElement) || document.activeElement === document.body",
        ),
      );
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.match((await findings(page, "focusedControl"))[0] ?? "", /^Citation 1/);
  });

  it("would notice: a control without a name, a faint text, a focus that is not seen, and what moves", async () => {
    const { page } = await signedIn();
    await page.evaluate("pageChecks.spoil()");
    assert.match((await findings(page, "unnamedControls")).join(), /^<button/);
    assert.match((await findings(page, "faintTexts")).join(), /P hardly to be read/);
    assert.match((await findings(page, "hiddenFocus")).join(), /BUTTON/);
    while (!(await findings(page, "movedThings")).some((moved) => moved.includes("pushed")))
      await page.waitForTimeout(50);
  });

  it("fits a phone: nothing is wider than the screen", async () => {
    const { page } = await signedIn({ size: SIZES.phone });
    for (const view of ["Chat", "Search", "Documents", "Tools", "Speech", "Usage", "Metrics", "Audit"]) {
      await open(page, view);
      await page.locator("main [aria-busy=true]").first().waitFor({ state: "detached" });
      assert.ok(await page.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth"), view);
    }
    await open(page, "Chat");
    await keepPicture(page, "phone");
  });

  it("reads an answer out, without the numbers of its citations", async () => {
    const { page, problems } = await signedIn();
    await page.getByLabel("Message").fill("Which radio channel has the harbour master?");
    await page.getByRole("button", { name: "Send" }).click();
    const asked = page.waitForRequest((request) => request.url().endsWith("/tts"));
    await page.evaluate("void document.addEventListener('playing', () => { globalThis.played = 1 }, true)");
    await page.getByRole("button", { name: "Listen" }).click();
    const { text } = (await asked).postDataJSON() as { text: string };
    assert.match(text, /channel 12/);
    assert.doesNotMatch(text, /\[\d/);
    assert.equal(await numberOf(page, "globalThis.played"), 1);
    await page.getByRole("button", { name: "Listen", exact: true }).waitFor();
    await page.locator("audio").waitFor({ state: "detached" });

    const stopped = Promise.withResolvers<undefined>();
    await page.route("**/tts", async (route) => {
      await stopped.promise;
      await route.abort();
    });
    await page.getByRole("button", { name: "Listen", exact: true }).click();
    await page.getByRole("button", { name: "Stop listening" }).click();
    await page.getByRole("button", { name: "Listen", exact: true }).waitFor();
    stopped.resolve(undefined);
    assert.equal(await page.getByRole("alert").count(), 0);
    assert.deepEqual(problems, []);
  });

  it("says a text in a voice and a format, at once or as a job, and plays what was said", async () => {
    const { page, problems } = await signedIn();
    await open(page, "Speech");
    const seconds = () => numberOf(page, "document.querySelector('audio')?.duration");
    const say = async (text: string): Promise<{ text: string; voice: string; format: string }> => {
      await page.getByLabel(/^Text/).fill(text);
      const asked = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/tts"));
      await page.getByRole("button", { name: "Speak" }).click();
      return (await asked).postDataJSON() as { text: string; voice: string; format: string };
    };
    await page.getByLabel("Voice").selectOption("luna");
    await page.getByLabel("Format").selectOption("wav");
    const short = await say("The lamp by the window is switched on.");
    assert.deepEqual([short.voice, short.format], ["luna", "wav"]);
    // The simulated voices say 15 characters a second.
    assert.ok(Math.abs((await seconds()) - short.text.length / 15) < 0.5);
    assert.match((await page.getByRole("link", { name: /^Download/ }).getAttribute("download")) ?? "", /\.wav$/);

    // The job is not asked before its progress was seen.
    const seen = Promise.withResolvers<undefined>();
    await page.route(/\/tts\/[0-9a-f-]{36}$/, async (route) => {
      await seen.promise;
      await route.continue();
    });
    const long = await say("The boats come home from the sea at eight. ".repeat(30).trim());
    await page.getByText(/its job is/).waitFor();
    seen.resolve(undefined);
    await page.getByRole("button", { name: "Speak" }).waitFor();
    assert.ok(Math.abs((await seconds()) - long.text.length / 15) < 3);
    await keepPicture(page, "speech");
    assert.deepEqual(problems, []);
  });

  it("says why a text was not said, and stops when it is told to", async () => {
    const { page } = await signedIn();
    await open(page, "Speech");
    await worker.runtime.control.plan({ kind: "error", status: 503 });
    await page.getByLabel(/^Text/).fill("The lamp is on.");
    await page.getByRole("button", { name: "Speak" }).click();
    await page
      .getByRole("alert")
      .getByText(/Trace id/)
      .waitFor();
    await worker.runtime.control.plan({ kind: "hang" });
    await page.getByRole("button", { name: "Speak" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Speak" }).waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    await worker.runtime.control.reset();
  });

  it("shows the API for people", async () => {
    const { page, problems } = await openPage(browser, `${origin}/docs`);
    await page.getByText("POST /chat", { exact: true }).click();
    await page.getByText("Needs a key with the scope chat.").first().waitFor();
    assert.deepEqual(await findings(page, "unnamedControls"), []);
    assert.deepEqual(problems, []);
  });
});
