import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { announce } from "#tests/load/servers/server-process";

/** Pieces of text in a streamed answer; with role, finish reason, usage and `[DONE]` around them, 66 events. */
const PIECES = 62;
/** A prompt with this word gets the first event of a stream and then silence, until its caller leaves. */
const HOLD = "hold";

const HEAD = { id: "chatcmpl-load", object: "chat.completion.chunk", created: 1_700_000_000, model: "load" };
const USAGE = { prompt_tokens: 12, completion_tokens: PIECES, total_tokens: 12 + PIECES };
const event = (data: unknown): string => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const chunk = (delta: object, finish_reason: string | null = null): string =>
  event({ ...HEAD, choices: [{ index: 0, delta, finish_reason }] });

const FIRST_EVENT = chunk({ role: "assistant", content: "" });
const STREAM = [
  FIRST_EVENT,
  ...Array.from({ length: PIECES }, (_, index) => chunk({ content: `word${index} ` })),
  chunk({}, "stop"),
  event({ ...HEAD, choices: [], usage: USAGE }),
  event("[DONE]"),
].join("");
const WHOLE = JSON.stringify({
  ...HEAD,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello there." }, finish_reason: "stop" }],
  usage: USAGE,
});

/** An OpenAI-compatible server that answers at once: what is measured in front of it is none of its own. */
const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (text: string) => (body += text));
  request.on("end", () => {
    if (!body.includes('"stream":true')) {
      response.writeHead(200, { "content-type": "application/json", "content-length": WHOLE.length }).end(WHOLE);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    // All at once, as models behind a fast network do: how events are cut into chunks is the relay's own choice.
    if (body.includes(HOLD)) response.write(FIRST_EVENT + chunk({ content: "Wait" }));
    else response.end(STREAM);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  announce({ url: `http://127.0.0.1:${port}` }, () => server.closeAllConnections());
});
