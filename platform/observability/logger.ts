import type { LogEvent } from "#observability/log-docs";
import { redact } from "#observability/redact";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Fields a log line may hold. There is none for prompts, answers, keys or bodies: what has no field cannot be logged.
 * `error` is text from inside the platform and is redacted on its way out. `log-docs.ts` says what each tells.
 */
export interface LogFields {
  readonly tenantId?: string;
  readonly traceId?: string;
  readonly method?: string;
  /** The route's pattern, e.g. `/chat/:sessionId/history`: never the path with its ids. */
  readonly route?: string;
  readonly status?: number;
  readonly latencyMs?: number;
  readonly principalKind?: "key" | "token" | "anonymous";
  /** Id of the key or user that a model call is billed to. Never the key. */
  readonly principal?: string;
  /** What of a request's time was not its route's own work. */
  readonly overheadMs?: number;
  /** Whether a turn began a session. */
  readonly session?: "new" | "continued";
  readonly model?: string;
  /** What a model was asked for, as OpenTelemetry names it: `chat`, `embeddings`, `rerank`. */
  readonly operation?: string;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  /** The token counts are estimated: the provider told none. */
  readonly isEstimate?: boolean;
  /** The model that was asked for, when another one answered. */
  readonly requestedModel?: string;
  /** How a model call ended: `ok`, `broken`, `cancelled`, `rejected`, `refused`, `unavailable`. */
  readonly outcome?: string;
  /** How many models were asked for one answer. */
  readonly attempts?: number;
  readonly firstTokenMs?: number;
  readonly costMicroUsd?: number;
  /** Finds the call in AI Gateway's log. */
  readonly gatewayLogId?: string;
  /** Of a model call: what the gateway's cache said. Of a search: why its result was kept or made. */
  readonly cacheStatus?: string;
  /** What a search took that a kept result stands for, less what the hit took. */
  readonly savedMs?: number;
  readonly savedTokens?: number;
  /** How many passages a search gave. */
  readonly passages?: number;
  /** The failure is also the answer of its request, whose own line tells it. */
  readonly isAnswered?: boolean;
  /** Id of an alert rule, and the page that says what to do. */
  readonly alert?: string;
  readonly runbook?: string;
  /** HTTP status of the provider. */
  readonly upstreamStatus?: number;
  /** Version of the prompt that the model was given. */
  readonly promptVersion?: string;
  /** What was set at run time for the tenant: `searchAnswers=false`, `model:/chat=…`, `prompt:system=…`. */
  readonly overrides?: readonly string[];
  /** Name of a setting in KV that is not used. */
  readonly setting?: string;
  /** Name of a tool, and the door by which it was called: `execute`, `chat`, `completions`, `mcp`. */
  readonly tool?: string;
  readonly door?: string;
  readonly code?: string;
  /** An ingest job, and what of it was being done. */
  readonly jobId?: string;
  readonly step?: string;
  readonly dependency?: string;
  readonly error?: string;
}

/** Writes one JSON object per line: `{level, event, at, …fields}`. */
export interface Logger {
  log(level: LogLevel, event: LogEvent, fields?: LogFields): void;
  /** A logger that adds these fields to each line. */
  with(fields: LogFields): Logger;
}

/** Told of every event, whatever its level. */
export type LogObserver = (event: string, fields: LogFields) => void;

/**
 * A logger that drops lines below `minimum`. In a Worker, `write` is `console.log`: Workers Logs parses its JSON.
 * `observe` is told of the dropped ones too: metrics are made of events.
 */
export function createLogger(
  minimum: LogLevel,
  write: (line: string) => void,
  base: LogFields = {},
  observe?: LogObserver,
): Logger {
  return {
    log(level, event, fields = {}) {
      observe?.(event, { ...base, ...fields });
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(minimum)) return;
      const { error, ...rest } = { ...base, ...fields };
      const line = {
        level,
        event,
        at: new Date().toISOString(),
        ...rest,
        ...(error === undefined ? {} : { error: redact(error) }),
      };
      write(JSON.stringify(line));
    },
    with: (fields) => createLogger(minimum, write, { ...base, ...fields }, observe),
  };
}

/** One line about anything thrown and its chain of causes, for `LogFields.error`: type and message, no stack. */
export function describeThrown(thrown: unknown): string {
  const parts: string[] = [];
  for (let current = thrown; current !== undefined && parts.length < 5;) {
    parts.push(current instanceof Error ? `${current.name}: ${current.message}` : JSON.stringify(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(" ← ").slice(0, 1_000);
}
