import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { PAGE_POLICY } from "./fleet-page-html.js";

/** A page that is served until `close`. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a page to this machine alone, at a free port. A request by another name than this address is refused (DNS rebinding). */
export async function servePage(html: string): Promise<ServedPage> {
  const server = createServer(({ method, url, headers }, response) => {
    const isAsked = headers.host === `127.0.0.1:${port}` && url === "/" && (method === "GET" || method === "HEAD");
    if (!isAsked) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `${PAGE_POLICY}; frame-ancestors 'none'`,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    });
    response.end(method === "HEAD" ? undefined : html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
