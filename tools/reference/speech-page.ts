import * as z from "#base/zod";
import { catalogEntry } from "#ai-gateway/model-catalog";
import { speechJobSchema } from "#speech/speech-jobs";
import type { SpeechProvider } from "#speech/speech-provider";
import { JOB_CHARACTERS, speechRequestSchema } from "#speech/speech-request";
import { describeSchema, type JsonSchema } from "#tools/reference/describe-schema";
import { fieldTable, table } from "#tools/reference/markdown-table";

const HEAD = `# Speech

What \`POST /tts\` takes and gives, made from the schemas that check it: \`tools/bazel run //docs/reference:speech.update\` writes this page. The scope is \`tts\`; a tenant
whose config has no \`tts.provider\` answers 501 \`tts_not_enabled\`. A new provider: [../guides/add-a-speech-provider.md](../guides/add-a-speech-provider.md).

The text is cut between sentences, in whatever language, and said piece by piece: the first audio is sent before the last sentence is asked for. A request reserves what
the whole text costs and pays for what was asked of the model; a listener who leaves ends it. What was said is in the audit log as \`text_to_speech\`, its text as a digest.
A model that fails before the first bytes is an error; in the middle, the stream breaks off, and never ends as if it were complete.
`;

const JOB = `## A job

With \`streaming: false\`, a text of more than ${JOB_CHARACTERS} characters is answered 202 with a job. \`GET /tts/:jobId\` says how far it has come, to the principal who sent it and to nobody
else; \`GET /tts/:jobId/audio\` gives the audio, 409 \`conflict\` as long as there is none. It is said in parts by a Workflow, which tries each part again when a model is down.
`;

const OPENAI = `## /v1/audio/speech

The same for OpenAI's clients, always streamed: \`model\`, \`input\`, \`voice\`, \`response_format\`, \`speed\`. A name of OpenAI's own voices stands for the tenant's voice. \`stream_format\` must
be \`audio\`; \`instructions\` are ignored, because no model here takes any.
`;

/** The page of speech, as Markdown. Pure. */
export function speechPage(providers: ReadonlyMap<string, SpeechProvider>): string {
  return [
    HEAD,
    "## POST /tts\n",
    fieldTable("field", describeSchema(jsonSchema(speechRequestSchema, "input"))),
    JOB,
    fieldTable("field", describeSchema(jsonSchema(speechJobSchema, "output"))),
    OPENAI,
    ...[...providers.values()].map(providerSection),
  ].join("\n");
}

function providerSection({ name, models, defaultModel }: SpeechProvider): string {
  const rows = [...models].map(([id, { formats, voices, maxCharacters }]) => {
    const price = catalogEntry(id)?.microUsdPerCharacter;
    return [
      `\`${id}\`${id === defaultModel ? " (default)" : ""}`,
      formats.join(", "),
      voices.join(", "),
      String(maxCharacters),
      price === undefined ? "not known" : `${(price / 1_000).toFixed(5).replace(/0+$/, "")} $`,
    ];
  });
  const head = [
    "model",
    "formats, the default first",
    "voices, the default first",
    "characters a call",
    "1,000 characters",
  ];
  return `## Provider ${name}\n\n${table(head, rows)}`;
}

function jsonSchema(schema: z.ZodMiniType, io: "input" | "output"): JsonSchema {
  return z.toJSONSchema(schema, { io }) as JsonSchema;
}
