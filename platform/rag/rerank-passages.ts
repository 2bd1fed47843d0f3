import { measureStage } from "#rag/measure-stage";
import type { Passage } from "#rag/passage";
import type { RagCall, RagServices, RagSettings } from "#rag/rag-services";
import { maskPrivate, type PrivacyRules } from "#rag/safety/mask-private";
import type { StageReport } from "#rag/search-response";
import type { TenantId } from "#tenancy/tenant-id";

/** What the reranker is asked about. */
export interface RerankCall extends RagCall {
  readonly query: string;
  /** What the request says; absent: as the tenant's config has it. */
  readonly rerank?: boolean | undefined;
}

export interface RerankedPassages {
  readonly passages: readonly Passage[];
  /** Absent when the reranker was not asked. */
  readonly stage: StageReport | undefined;
}

/**
 * Puts the best passages into the order of the tenant's reranker, if config and request want it; the others stay behind
 * them. When the model fails, is late or may not be paid for, the given order stays and `stage` says why.
 */
export async function rerankPassages(
  tenantId: TenantId,
  { models, clock }: Pick<RagServices, "models" | "clock">,
  passages: readonly Passage[],
  call: RerankCall,
): Promise<RerankedPassages> {
  const { rerank } = call.settings;
  // One passage is in order already.
  if (!isWanted(rerank, call.rerank) || passages.length < 2) return { passages, stage: undefined };
  const candidates = passages.slice(0, rerank.candidates);
  const { items: scores, report } = await measureStage(clock, "rerank", async () => {
    const request = {
      model: rerank.model,
      query: call.query,
      texts: candidates.map((one) => textOf(one, call.settings)),
    };
    return (await models.rerank(tenantId, request, call.context)).scores;
  });
  if (report.error !== undefined) return { passages, stage: report };
  return { passages: [...inOrderOf(candidates, scores), ...behind(passages, scores)], stage: report };
}

/** Whether passages are reranked: the tenant may forbid or prescribe it, the request decides in between. */
export function isWanted({ when }: RagSettings["rerank"], asked: boolean | undefined): boolean {
  return when !== "off" && (asked ?? when === "always");
}

/** A passage alone often does not say what it is about. */
function textOf({ chunk }: Passage, rules: PrivacyRules): string {
  const parts = [chunk.title, chunk.context, chunk.text].filter((part) => part !== undefined && part !== "");
  return maskPrivate(parts.join("\n"), rules);
}

/** Equal scores keep the order they had. */
function inOrderOf(candidates: readonly Passage[], scores: readonly number[]): Passage[] {
  return candidates
    .map((passage, index) => ({ passage, score: scores[index] ?? 0 }))
    .sort((a, b) => b.score - a.score)
    .map(({ passage, score }, index) => ({
      ...passage,
      score,
      scores: { ...passage.scores, rerank: score, rerankRank: index + 1 },
    }));
}

/** What the reranker did not read, with scores below all that it did. */
function behind(passages: readonly Passage[], scores: readonly number[]): Passage[] {
  const lowest = Math.min(...scores);
  return passages.slice(scores.length).map((passage) => ({ ...passage, score: lowest * passage.score }));
}
