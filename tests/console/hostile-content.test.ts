import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";
import { openPage, startBrowser, type WatchedPage } from "./start-browser.js";

const THIEF = "https://thief.example";
/** What each script here wants to do. */
const RUN = "globalThis.ranScript=1";

/** What a model, a document, a tool or a user may say, and a page must not heed. */
const HOSTILE: readonly string[] = [
  `<img src=x onerror=${RUN}>`,
  `<script>${RUN}</script>`,
  `</script></title></textarea></pre></style><script>${RUN}</script>`,
  `"'><svg/onload=${RUN}><animate onbegin=${RUN} attributeName=x>`,
  `<div onpointerenter=${RUN} onclick=${RUN} style="position:fixed;inset:0;background:url(${THIEF}/css)">over all</div>`,
  `<details open ontoggle=${RUN}><summary>x</summary></details><input autofocus onfocus=${RUN}>`,
  `<iframe srcdoc="<script>parent.ranScript=1</script>" src="${THIEF}/frame"></iframe><object data="${THIEF}/object"></object>`,
  `<style>@import "${THIEF}/import";*{background:url(${THIEF}/style)}</style><link rel=stylesheet href="${THIEF}/link">`,
  `<base href="${THIEF}/"><meta http-equiv=refresh content="0;url=${THIEF}/meta"><form action="${THIEF}/form"><button>Send</button></form>`,
  `<video autoplay poster="${THIEF}/poster" src="${THIEF}/video"></video><audio autoplay src="${THIEF}/audio"></audio>`,
  `![a picture](${THIEF}/markdown.png) [a link](javascript:${RUN}) [another](data:text/html,<script>${RUN}</script>)`,
  `<a href="javascript:${RUN}">press me</a> <a href="${THIEF}/away" ping="${THIEF}/ping">and me</a>`,
  `{{constructor.constructor('${RUN}')()}} \${${RUN}} <%= ${RUN} %> __proto__`,
  "\u202etxet desrever\u202c \u2066\u200b\u200d\ufeff\u0000 \u{e0001}\u{e0041} a\u0300\u0301\u0302\u0303",
];
const TEXT = HOSTILE.join("\n\n");
const [PICTURE = ""] = HOSTILE;
/** Without what takes a reader to another page, which no policy of a page prevents. */
const MARKUP = JSON.stringify(HOSTILE.map((text) => text.replace(/<meta[^>]*>/, "")).join("\n\n"));

/** What a page has that its own script never makes: elements, handlers, addresses. */
const FOREIGN = `[...document.querySelectorAll("*")].filter((element) =>
  element.matches("img:not([src^='/console/']), iframe, object, embed, base, form[action], video, meta[http-equiv], a[ping]") ||
  (element.matches("script, style, link") && new URL(element.src || element.href || "about:blank").origin !== location.origin) ||
  (element.matches("a[href]") && new URL(element.href).origin !== location.origin) ||
  [...element.attributes].some(({ name }) => name.startsWith("on") || name === "style"),
).map((element) => element.outerHTML.slice(0, 200))`;

describe("what models, documents, tools and users say, in Chromium", () => {
  let worker: TestWorker;
  let browser: Browser;
  let origin: string;
  const foreign: string[] = [];
  const dialogs: string[] = [];

  before(async () => {
    worker = await startTestWorker({ extraVars: { LIMITS: "off" } });
    browser = await startBrowser();
    origin = worker.runtime.url.origin;
    const document = {
      ...{ docId: "trap.md", title: PICTURE, source: PICTURE, url: `${THIEF}/document` },
      ...{ metadata: { note: PICTURE }, text: `The crane on the east quay lifts forty tonnes. ${TEXT}` },
    };
    const key = await worker.makeKey("acme", ["ingest"]);
    const stored = await worker.call("/ingest", { tenant: "acme", key, body: document });
    assert.equal(stored.status, 200, stored.text);
    const KV = worker.runtime.kv("KV");
    await KV.put("acme:value:trap", TEXT);
  });
  after(async () => {
    await browser.close();
    await worker.dispose();
  });

  /** The console, whose requests to others are counted and go nowhere. */
  async function signedIn(hasPolicy: boolean): Promise<WatchedPage> {
    const watched = await openPage(browser, origin, { hasPolicy });
    const { page } = watched;
    await page.route(
      (url) => url.origin !== origin && url.protocol !== "blob:",
      async (route) => {
        foreign.push(route.request().url());
        await route.abort();
      },
    );
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const key = await worker.makeKey("acme", ["chat", "search", "ingest", "tools", "tts", "admin"]);
    await page.getByLabel("API key").fill(key);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Message").waitFor();
    return watched;
  }
  const open = (page: Page, view: string): Promise<void> =>
    page.getByRole("navigation").getByRole("link", { name: view }).click();

  async function assertUnmoved(page: Page, view: string): Promise<void> {
    await page.mouse.move(600, 400);
    assert.deepEqual(await page.evaluate<string[]>(FOREIGN), [], view);
    assert.equal(await page.evaluate<unknown>("globalThis.ranScript"), undefined, view);
    assert.equal(new URL(page.url()).origin, origin, view);
    assert.deepEqual([foreign, dialogs], [[], []], view);
  }

  async function say(page: Page, message: string, isGrounded: boolean): Promise<void> {
    await worker.runtime.control.plan(
      { kind: "answer", text: `It lifts forty tonnes [1]. ${TEXT}` },
      { asked: "forty" },
    );
    await page.getByLabel("Answer from documents").setChecked(isGrounded);
    await page.getByLabel("Message").fill(message);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("button", { name: "Listen" }).last().waitFor();
    await worker.runtime.control.reset();
  }

  it("is shown as text in every view, where no policy of the page would stop it", async () => {
    const { page } = await signedIn(false);
    await say(page, `${PICTURE} Say forty. ${TEXT}`, false);
    assert.ok(((await page.locator(".turn.assistant .answer").last().textContent()) ?? "").includes(TEXT), "not shown");
    await say(page, `${PICTURE} How many tonnes, forty?`, true);
    const list = page.getByRole("complementary", { name: "Conversations" });
    await list.getByText(PICTURE).first().waitFor();
    await assertUnmoved(page, "an answer");
    await page
      .getByRole("button", { name: /^Citation 1/ })
      .first()
      .click();
    await page.getByRole("dialog").getByRole("heading", { name: PICTURE }).waitFor();
    await page.getByRole("dialog").locator("mark").first().waitFor();
    await assertUnmoved(page, "the passage of a citation");
    await page.getByRole("button", { name: "Close" }).click();
    await list.getByText(PICTURE).first().click();
    await page.locator(".turn.user").getByText(PICTURE).first().waitFor();
    await assertUnmoved(page, "a conversation that is read again");

    await open(page, "Search");
    await page.getByLabel("Question").fill("How many tonnes does the crane lift?");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Why this result?").click();
    await page.getByText(PICTURE).first().click();
    await assertUnmoved(page, "a search");

    await open(page, "Documents");
    const entry = page.getByRole("listitem").filter({ hasText: PICTURE });
    await entry.locator("summary").first().click();
    await entry.getByRole("button", { name: "Show its passages" }).click();
    await entry.getByText("forty tonnes").first().waitFor();
    await assertUnmoved(page, "a document");

    await open(page, "Tools");
    for (const [name, field, value, shown] of [
      ["kv_get", "key", "trap", "ranScript"],
      ["vector_search", "query", "crane", "forty tonnes"],
      ["kv_get", "key", PICTURE, "kv_get"],
    ] as const) {
      const tool = page.getByRole("listitem").filter({ hasText: name });
      if (!(await tool.getByRole("button", { name: "Run" }).isVisible())) await tool.locator("summary").click();
      await tool.getByLabel(`${field} (required)`).fill(value);
      await tool.getByRole("button", { name: "Run" }).click();
      await tool.getByText(shown).first().waitFor();
      await tool.getByRole("button", { name: "Run", exact: true }).waitFor();
      await assertUnmoved(page, `${name} of ${value}`);
    }
    for (const view of ["Speech", "Usage", "Metrics", "Audit"]) {
      await open(page, view);
      await page.locator("main [aria-busy=true]").first().waitFor({ state: "detached" });
      await assertUnmoved(page, view);
    }
  });

  it("would do nothing even as markup: the page's own policy lets it run, fetch and send nothing", async () => {
    const { page } = await signedIn(true);
    await page.evaluate(`document.querySelector("main").innerHTML = ${MARKUP}`);
    await page.mouse.move(600, 400);
    await page.mouse.click(600, 400);
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate<unknown>("globalThis.ranScript"), undefined);
    assert.deepEqual([foreign, dialogs], [[], []]);
    assert.notDeepEqual(await page.evaluate<string[]>(FOREIGN), [], "it is there");
  });

  it("would be noticed: without both, it runs and calls out", async () => {
    const { page } = await signedIn(false);
    await page.evaluate(`document.querySelector("main").innerHTML = ${MARKUP}`);
    await page.waitForFunction("globalThis.ranScript === 1");
    while (!foreign.some((url) => url.startsWith(THIEF))) await page.waitForTimeout(50);
    assert.notDeepEqual(await page.evaluate<string[]>(FOREIGN), []);
  });
});
