import { existsSync } from "node:fs";
import path from "node:path";

import { type Browser, chromium, type Page } from "playwright-core";

/** Where Debian and others put it; `$CHROMIUM` wins. */
const PLACES = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** A page under watch: what it logged as an error, and every address it asked. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: readonly string[];
  readonly requests: readonly string[];
}

/** Starts Chromium without a window. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((file) => file !== "" && existsSync(file));
  if (executablePath === undefined)
    throw new Error("Chromium is not there: apt-get install chromium, or set CHROMIUM.");
  // Inside the sandbox of a test there is no second one.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** How a page is opened, where that matters. */
export interface PageOptions {
  /** Pixels; a desktop's unless another is given. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Whether the page's content security policy holds. Default: yes. */
  readonly hasPolicy?: boolean;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a page of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  { size = { width: 1200, height: 800 }, hasPolicy = true, headers = {} }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: size, bypassCSP: !hasPolicy, extraHTTPHeaders: headers });
  await context.addInitScript({ path: path.resolve("tests/console/page-checks.js") });
  const page = await context.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", ({ message }) => {
    problems.push(message);
  });
  page.on("request", (request) => {
    requests.push(request.url());
  });
  await page.goto(url);
  return { page, problems, requests };
}

/** Keeps a picture with the outputs of the test. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env["TEST_UNDECLARED_OUTPUTS_DIR"];
  if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** What one of the checks of page-checks.js finds in a page. */
export async function findings(
  page: Page,
  check: "unnamedControls" | "faintTexts" | "movedThings" | "focusedControl" | "hiddenFocus",
): Promise<readonly string[]> {
  return page.evaluate<string[]>(`pageChecks.${check}()`);
}

/** A number in a page once it is one, and not 0. The page's own policy lets nothing evaluate inside it, so it is asked from outside. */
export async function numberOf(page: Page, expression: string): Promise<number> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const value = Number(await page.evaluate<unknown>(expression));
    if (value !== 0 && !Number.isNaN(value)) return value;
    await page.waitForTimeout(100);
  }
  throw new Error(`${expression} stayed without a value`);
}
