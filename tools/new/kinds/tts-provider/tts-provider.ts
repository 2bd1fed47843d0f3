import type { Plan } from "../../plan/plan.js";
import { argument, textOption, type Given, type Kind } from "../kind.js";
import { refuse } from "../refuse.js";

/** A provider of speech: its file, its test, its line in the table. */
export const ttsProviderKind: Kind = {
  name: "tts-provider",
  about: "a provider of speech: its file with one model, a test, its line in the table",
  arguments: [{ name: "NAME", question: "Name of the provider (a-z, 0-9, -)" }],
  options: {
    model: { type: "string", value: "ID", about: "its first model, as the gateway knows it; default: <name>/speech" },
  },
  examples: ["tools/bazel run //tools:new -- tts-provider elevenlabs --model elevenlabs/eleven_flash_v2_5"],
  plan: planProvider,
};

const HOME = "platform/speech";

function planProvider(given: Given): Plan {
  const name = argument(given, "NAME");
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name === "none") {
    refuse(`"${name}" is no provider's name: use words of a-z and 0-9 with - between them`);
  }
  const model = textOption(given, "model") ?? `${name}/speech`;
  if (!/^[\w@./-]{1,100}$/.test(model)) refuse(`"${model}" is no id of a model`);
  const constant = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return {
    what: `provider of speech ${name}`,
    home: HOME,
    files: [
      { path: `${HOME}/providers/${name}.ts`, text: providerText(name, model) },
      { path: `${HOME}/providers/${name}.test.ts`, text: testText(name, model) },
    ],
    edits: [
      {
        path: `${HOME}/all-providers.ts`,
        edits: [
          {
            kind: "line",
            act: "add",
            like: '^import \\{ provider as \\w+ \\} from "#speech/providers/',
            line: `import { provider as ${constant} } from "#speech/providers/${name}";`,
          },
          { kind: "item", after: "export const ALL_PROVIDERS", item: constant },
        ],
      },
      {
        path: `${HOME}/BUILD.bazel`,
        edits: [
          { kind: "build-list", target: "speech", attribute: "srcs", act: "add", text: `providers/${name}.ts` },
          { kind: "build-list", target: "test", attribute: "srcs", act: "add", text: `providers/${name}.test.ts` },
        ],
      },
    ],
    next: [
      { command: `$EDITOR ${HOME}/providers/${name}.ts`, about: "its models, their inputs and answers" },
      { command: `tools/bazel test //${HOME}/...`, about: "its tests" },
      { command: "tools/bazel run //docs/reference:speech.update", about: "the page of speech" },
      { command: `$EDITOR tenants/acme/tenant.config.json`, about: `"tts": { "provider": "${name}" }` },
    ],
  };
}

function providerText(name: string, model: string): string {
  return `import { defect } from "#base/errors";
import type { SpeechProvider } from "#speech/speech-provider";

/** Replace the model by those of the provider's documentation, and name its page here. */
export const provider: SpeechProvider = {
  name: ${JSON.stringify(name)},
  defaultModel: ${JSON.stringify(model)},
  models: new Map([
    [${JSON.stringify(model)}, { formats: ["mp3", "wav"], voices: ["default"], maxCharacters: 1_000, hasSpeed: true }],
  ]),
  inputs: ({ text, voice, format, speed }) => ({ text, voice, format, speed }),
  read: (contentType, body) => {
    if (!contentType.startsWith("audio/")) throw defect(\`\${contentType} is no audio\`);
    return body;
  },
};
`;
}

function testText(name: string, model: string): string {
  return `import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ALL_PROVIDERS } from "#speech/all-providers";
import { provider } from "#speech/providers/${name}";

describe(${JSON.stringify(`the provider ${name}`)}, () => {
  it("is found by its name, and has the model that it speaks with by default", () => {
    assert.equal(ALL_PROVIDERS.get(${JSON.stringify(name)}), provider);
    assert.ok(provider.models.has(provider.defaultModel));
  });

  it("asks with what a segment says", () => {
    const segment = { model: ${JSON.stringify(model)}, text: "Hello.", voice: "default", format: "mp3", speed: 1.5 } as const;
    assert.deepEqual(provider.inputs(segment), { text: "Hello.", voice: "default", format: "mp3", speed: 1.5 });
  });

  it("takes audio for audio, and nothing else", () => {
    const body = new Blob(["audio"]).stream();
    assert.equal(provider.read("audio/mpeg", body), body);
    assert.throws(() => provider.read("application/json", body), { code: "internal" });
  });
});
`;
}
