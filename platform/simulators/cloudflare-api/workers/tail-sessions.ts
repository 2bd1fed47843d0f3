import { Buffer } from "node:buffer";
import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import type { LogLine } from "#simulators/runtime/runtime-options";
import type { Invocation } from "../edge/edge.js";
import { decodeFrames, encodeFrame, OPCODES } from "./websocket-frames.js";

/** Salt of the handshake (RFC 6455, section 1.3). */
const HANDSHAKE_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

interface TailSession {
  readonly account: string;
  readonly script: string;
  socket: Duplex | undefined;
}

/** The live logs that somebody reads. */
export class TailSessions {
  readonly #sessions = new Map<string, TailSession>();
  /** Log lines since the last event of a script; the next event takes them along. */
  readonly #lines = new Map<string, LogLine[]>();

  open(account: string, script: string): string {
    const id = randomUUID();
    this.#sessions.set(id, { account, script, socket: undefined });
    return id;
  }

  close(id: string): void {
    this.#sessions.get(id)?.socket?.end();
    this.#sessions.delete(id);
  }

  closeAll(): void {
    for (const id of [...this.#sessions.keys()]) this.close(id);
  }

  /** Joins a session: `GET /tails/:id` with an upgrade to WebSocket. */
  join({ url, headers }: IncomingMessage, socket: Duplex): void {
    const id = /^\/tails\/([0-9a-f-]+)$/.exec(url ?? "")?.[1] ?? "";
    const session = this.#sessions.get(id);
    if (session === undefined) {
      socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    session.socket = socket;
    socket.write(handshake(headers["sec-websocket-key"] ?? ""));
    answerControlFrames(socket);
    // A reader that goes away is no error.
    socket.on("error", () => undefined).on("close", () => (session.socket = undefined));
  }

  log(account: string, script: string, line: LogLine): void {
    if (!this.#isRead(account, script)) return;
    const key = `${account}/${script}`;
    this.#lines.set(key, [...(this.#lines.get(key) ?? []), line]);
  }

  /** Sends what became of a request to those who read the script's logs. */
  report(invocation: Invocation): void {
    const { account, script } = invocation;
    const event = traceEvent(invocation, this.#lines.get(`${account}/${script}`) ?? []);
    this.#lines.delete(`${account}/${script}`);
    for (const session of this.#sessions.values()) {
      if (session.account !== account || session.script !== script) continue;
      session.socket?.write(encodeFrame(OPCODES.text, Buffer.from(JSON.stringify(event))));
    }
  }

  #isRead(account: string, script: string): boolean {
    return [...this.#sessions.values()].some((session) => session.account === account && session.script === script);
  }
}

/** One event of the protocol `trace-v1`. */
function traceEvent({ script, versionId, method, url, status, atMs }: Invocation, lines: readonly LogLine[]): unknown {
  return {
    outcome: "ok",
    scriptName: script,
    scriptVersion: { id: versionId },
    exceptions: [],
    diagnosticsChannelEvents: [],
    logs: lines.map(({ level, message, at }) => ({ level, message: [message], timestamp: at })),
    eventTimestamp: atMs,
    event: { request: { url, method, headers: {}, cf: {} }, response: { status } },
  };
}

function handshake(key: string): string {
  const accept = createHash("sha1")
    .update(key + HANDSHAKE_SALT)
    .digest("base64");
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    "Sec-WebSocket-Protocol: trace-v1",
    "\r\n",
  ].join("\r\n");
}

function answerControlFrames(socket: Duplex): void {
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    const decoded = decodeFrames(Buffer.concat([rest, chunk]));
    rest = Buffer.from(decoded.rest);
    for (const { opcode, payload } of decoded.frames) {
      if (opcode === OPCODES.ping) socket.write(encodeFrame(OPCODES.pong, payload));
      if (opcode === OPCODES.close) socket.end(encodeFrame(OPCODES.close, payload));
    }
  });
}
