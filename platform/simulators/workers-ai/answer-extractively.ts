import { findDefinitions } from "./find-definitions.js";
import { findPassages, type Passage } from "./find-passages.js";
import type { ChatMessage } from "./parse-messages.js";
import { type Candidate, type RankedCandidate, rankSentences } from "./rank-sentences.js";
import { materialOf, summarize } from "./material.js";
import { isQuestion, splitSentences } from "./split-sentences.js";

/** Said when sources were given and none of them answers. */
export const nothingInSources = "I could not find an answer to that in the sources I was given.";

/** Said when there was nothing to answer from. */
export const nothingGiven =
  "Hello! I can answer from what you tell me or from the documents you give me. What would you like to know?";

/** Sentences of an answer. */
const maxSentences = 3;

/** A further sentence must be at least this good, compared with the best one. */
const furtherShare = 0.7;

/**
 * The chat model: answers the last user message with sentences that stand in the messages, word for word, and knows
 * nothing else. Sentences of labelled passages come first and carry their label, ` [1]`; then facts of the system text
 * and what the user said earlier. Questions and instructions are never quoted. The same messages give the same answer.
 */
export function answerExtractively(messages: readonly ChatMessage[]): string {
  const last = messages.at(-1);
  if (last?.role === "tool") return `The tool answered: ${withoutMarks(last.content).slice(0, 1_000)}`;
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const prompts = messages.map((message) => ({ ...message, ...findPassages(message.content) }));
  const questions = questionParts(questionOf(prompts[lastUser]?.rest ?? ""));
  const passages = prompts.filter(({ role }) => role !== "assistant").flatMap((prompt) => prompt.passages);
  if (passages.length === 0 && asksForSummary(messages)) return summarize(materialOf(messages)) || nothingGiven;
  // Prose first: a passage can begin within code, and then what looks like code is the text.
  for (const hasCode of [false, true]) {
    const candidates = passages.flatMap((passage) => passageCandidates(passage, hasCode));
    const fromPassages = pickSentences(questions, candidates);
    if (fromPassages.length > 0) return quote(fromPassages);
  }
  const told = prompts.slice(0, Math.max(lastUser, 0)).flatMap(({ role, rest }) => statementCandidates(role, rest));
  const fromStatements = pickSentences(questions, told);
  if (fromStatements.length > 0) return quote(fromStatements);
  return passages.length > 0 ? nothingInSources : nothingGiven;
}

/** Whether a text stands between marks and the rest of the conversation wants it summarized. */
function asksForSummary(messages: readonly ChatMessage[]): boolean {
  const last = messages.at(-1)?.content.trim() ?? "";
  const rest = last.replace(materialOf(messages), "");
  // Without marks nothing tells the text from the wish.
  if (rest === "") return false;
  const system = messages.find(({ role }) => role === "system")?.content ?? "";
  return /\b(?:summari[sz]e|summary)\b/i.test(`${system}\n${rest}`);
}

/** The question of a prompt: what follows `Question:`, else its questions, else all of it. */
function questionOf(prompt: string): string {
  const marked = /(?:^|\n)\s*(?:#{1,6}\s+)?(?:question|query)\b[^\n:]{0,40}:\s*([\s\S]+)$/i.exec(prompt)?.[1];
  if (marked !== undefined) return marked;
  const questions = splitSentences(prompt).filter(isQuestion);
  return questions.length > 0 ? questions.join(" ") : prompt;
}

function passageCandidates({ label, about, text }: Passage, hasCode: boolean): Candidate[] {
  return splitSentences(text, { hasCode })
    .filter((sentence) => !isQuestion(sentence) && !addressesModel(sentence))
    .map((sentence) => ({ sentence, context: `${about} ${text}`, label }));
}

function statementCandidates(role: ChatMessage["role"], text: string): Candidate[] {
  if (role === "assistant") return [];
  return splitSentences(text)
    .filter((sentence) => !isQuestion(sentence) && !addressesModel(sentence))
    .filter((sentence) => role !== "system" || !isInstruction(sentence))
    .map((sentence) => ({ sentence, context: sentence, label: undefined }));
}

/** Sentences of a system text that tell the model what to do; what is left are facts. */
function isInstruction(sentence: string): boolean {
  return (
    /^(?:you(?:'re| are| must| should| may| can| will| have| answer| help| only)|your\b|please|answer|reply|respond|use|cite|quote|do not|don't|never|always|only|if|when|unless|avoid|keep|be\b|act|write|say|give|return|output|follow|treat|ignore|refuse|explain|summari[sz]e|make sure|ensure|base|stay|speak|format|include|end|start|begin|call|think|rewrite|classify|the (?:user|assistant|answer|reply|sources?|passages?|context|following|text))\b/i.test(
      sentence.trim(),
    ) || /\b(?:you must|you should|do not|must not|your (?:answer|task|job|role|reply|response))\b/i.test(sentence)
  );
}

/** Sentences anywhere that try to steer a model, such as text planted in a document. */
function addressesModel(sentence: string): boolean {
  return (
    /\b(?:ignore|disregard|forget|override|bypass)\b.{0,60}\b(?:instructions?|prompts?|rules?|above|previous|guidelines?)\b/i.test(
      sentence,
    ) ||
    /\b(?:system prompt|you are (?:now|an? (?:ai|assistant|helpful|chatbot))|as an ai|(?:reply|respond|answer) (?:only )?with\b|say exactly|repeat after me)/i.test(
      sentence,
    )
  );
}

/** "How long, and what does it cost?" are two questions: either may have its answer elsewhere. */
function questionParts(question: string): string[] {
  const asks = "(?:what|how|who|when|where|why|which|is|are|do|does|did|can|could|will)\\b";
  return question.split(new RegExp(`\\?\\s+|,?\\s+and\\s+(?=${asks})`, "i")).filter((part) => part.trim() !== "");
}

/** The best sentences for each part of the question, in the order of the parts. */
function pickSentences(questions: readonly string[], candidates: readonly Candidate[]): RankedCandidate[] {
  const picked = new Map<string, RankedCandidate>();
  for (const question of questions) {
    const answers = isQuestion(question)
      ? candidates.filter(({ sentence }) => !repeats(sentence, question))
      : candidates;
    const definitions = findDefinitions(question, answers);
    const ranked = rankSentences(question, definitions.length > 0 ? definitions : answers);
    for (const candidate of pickBest(ranked)) picked.set(candidate.sentence, candidate);
  }
  return [...picked.values()].slice(0, maxSentences);
}

/** Whether a sentence holds the question itself, as an example in a manual does: that answers nothing. */
function repeats(sentence: string, question: string): boolean {
  return sentence.toLowerCase().includes(question.trim().toLowerCase());
}

/** The best sentence, and others nearly as good that cover more of the question or stand in another passage. */
function pickBest(ranked: readonly RankedCandidate[]): RankedCandidate[] {
  const best = ranked[0]?.score ?? 0;
  const covered = new Set<string>();
  const picked: RankedCandidate[] = [];
  for (const candidate of ranked) {
    if (candidate.score < best * furtherShare) break;
    // Passages overlap: what two of them say is said once.
    if (picked.some(({ sentence }) => sentence.includes(candidate.sentence))) continue;
    const addsWords = [...candidate.matched].some((stem) => !covered.has(stem));
    const isEquallyGood = candidate.score >= best * 0.95 && picked.every(({ label }) => label !== candidate.label);
    if (picked.length > 0 && !addsWords && !isEquallyGood) continue;
    picked.push(candidate);
    candidate.matched.forEach((stem) => covered.add(stem));
  }
  return picked;
}

function quote(picked: readonly RankedCandidate[]): string {
  return picked.map(({ sentence, label }) => (label === undefined ? sentence : `${sentence} [${label}]`)).join(" ");
}

/** What stands between marks that hold the whole text, as callers fence off what is data. */
function withoutMarks(text: string): string {
  return /^\s*<(\w+)\b[^>]*>\s*([\s\S]*?)\s*<\/\1\s*>\s*$/.exec(text)?.[2] ?? text;
}
