import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the model server got it. */
export interface ServedRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A tiny OpenAI-compatible server on loopback that says what a test wants. */
export interface ModelServer {
  readonly url: string;
  readonly requests: readonly ServedRequest[];
  /** Answers the coming requests. */
  answer: (response: ServerResponse, request: ServedRequest) => void | Promise<void>;
  close(): void;
}

/** Starts the server on a free port. */
export async function startModelServer(): Promise<ModelServer> {
  const requests: ServedRequest[] = [];
  const server = createServer((incoming, response) => {
    void serve(incoming).then((request) => {
      requests.push(request);
      return model.answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const model: ModelServer = {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (response) => sendJson(response, {}),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return model;
}

/** Sends one JSON body. */
export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Sends an event stream in the given pieces, each on its own. */
export async function sendPieces(response: ServerResponse, pieces: readonly Uint8Array[]): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.socket?.setNoDelay(true);
  for (const piece of pieces) {
    response.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  response.end();
}

async function serve(incoming: IncomingMessage): Promise<ServedRequest> {
  let text = "";
  for await (const chunk of incoming) text += String(chunk);
  return {
    path: incoming.url ?? "",
    authorization: incoming.headers.authorization,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}
