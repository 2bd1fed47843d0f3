import { type AnswerShape, answerShape, usageOf } from "./answer-shape.js";
import { parseChatRequest } from "./chat-request.js";
import { type ChatAnswer, answerOf, composeAnswer } from "./compose-answer.js";
import type { ModelFacts } from "./model-catalog.js";
import { type ModelRun, jsonAnswer, noteTokens, streamAnswer, tokenDelayMs } from "./model-run.js";
import { type StreamedEvent, eventBody } from "./stream-events.js";

/** Runs the simulated chat model: one JSON answer, or a stream of events. */
export function runChat(run: ModelRun, model: ModelFacts): Response {
  const request = parseChatRequest(run.inputs, model);
  const { behaviour } = run;
  const answer =
    behaviour?.kind === "answer"
      ? answerOf(request, behaviour.text ?? "", behaviour.toolCalls ?? [])
      : composeAnswer(request);
  const shape = answerShape(model, `chatcmpl-${crypto.randomUUID()}`, Math.floor(Date.now() / 1_000));
  noteTokens(run.call, answer.promptTokens, answer.completionTokens);
  if (request.stream) return streamChat(run, answer, shape);
  run.onEnd();
  return jsonAnswer(shape.whole(answer));
}

function streamChat(run: ModelRun, answer: ChatAnswer, shape: AnswerShape): Response {
  const { call, behaviour } = run;
  const body = eventBody([...chatEvents(answer, shape)], {
    delayMs: tokenDelayMs(run),
    fault: behaviour?.kind === "cut" || behaviour?.kind === "stall" ? behaviour : undefined,
    onToken: () => (call.streamedTokens += 1),
    onEnd: (how) => {
      if (how === "aborted") call.aborted = true;
      if (how !== "complete") call.tokensOut = call.streamedTokens;
      run.onEnd();
    },
  });
  return streamAnswer(body);
}

function* chatEvents(answer: ChatAnswer, shape: AnswerShape): Generator<StreamedEvent> {
  for (const piece of answer.tokens) yield { data: shape.token(piece), isToken: true };
  if (answer.toolCalls.length > 0) {
    for (const data of shape.toolCalls(answer.toolCalls)) yield { data, isToken: true };
  }
  const usage = usageOf(answer.promptTokens, answer.completionTokens);
  for (const data of shape.end(answer.finishReason, usage)) yield { data, isToken: false };
  yield { data: "[DONE]", isToken: false };
}
