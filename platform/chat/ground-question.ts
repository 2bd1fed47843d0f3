import type { Grounding } from "#chat/run-chat-turn";
import { DEFAULT_SOURCE_TOKENS, fenceSources, GROUNDING_INSTRUCTIONS } from "#rag/build-prompt";
import { AnswerFilter } from "#rag/answer-filter";
import { checkCitations } from "#rag/check-citations";
import type { RagServices, ReaderCall } from "#rag/rag-services";
import { retrievePassages } from "#rag/retrieve-passages";
import { readSources, toCitable, toPromptSource } from "#rag/read-sources";
import { MAX_QUERY_CHARACTERS } from "#rag/search-request";
import type { TenantId } from "#tenancy/tenant-id";

/** Finds the passages for a chat question and fences them for the prompt. A message longer than a query is searched by its beginning. */
export async function groundQuestion(
  tenantId: TenantId,
  services: RagServices,
  call: ReaderCall,
  question: string,
): Promise<Grounding> {
  const query = question.slice(0, MAX_QUERY_CHARACTERS).toWellFormed();
  const { passages } = await retrievePassages(tenantId, services, {
    ...call,
    query,
    topK: call.settings.topK,
    filter: {},
  });
  const sources = readSources(passages, call.settings);
  const { fenced, used } = fenceSources(sources.map(toPromptSource), DEFAULT_SOURCE_TOKENS);
  const shown = sources.filter(({ source }) => used.includes(source.n));
  return {
    prompt: `${GROUNDING_INSTRUCTIONS}\n\n${fenced}`,
    filterAnswer: (told) => new AnswerFilter(told, shown, call.settings),
    checkCitations: (answer) => checkCitations(answer, shown.map(toCitable)).citations,
  };
}
