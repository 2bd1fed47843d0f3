import type { CallContext } from "#ai-gateway/model-client";
import type { TenantId } from "#tenancy/tenant-id";

/** A stretch of a text: `text` equals `source.slice(start, end)`, in UTF-16 code units. */
export interface TextPiece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A document to be stored. */
export interface ToolDocument {
  readonly docId: string;
  readonly text: string;
  readonly title?: string | undefined;
  readonly source?: string | undefined;
  readonly url?: string | undefined;
  readonly metadata?: Readonly<Record<string, string | number | boolean>> | undefined;
}

export interface StoredDocument {
  readonly docId: string;
  readonly version: number;
  readonly chunks: number;
  readonly unchanged: boolean;
}

export interface PassageQuery {
  readonly query: string;
  readonly topK: number;
  readonly docIds?: readonly string[] | undefined;
  readonly sources?: readonly string[] | undefined;
  /** Labels of documents that the caller may read besides those without labels. */
  readonly acl: ReadonlySet<string>;
  readonly reader: ToolReader;
}

/** Who reads what a tool gives. For a model, what reads like an order to it is taken out of stored text. */
export type ToolReader = "program" | "model";

/** As `/search` shows it: what the tenant hides of private data is painted over. */
export interface FoundPassage {
  readonly docId: string;
  readonly chunkId: string;
  readonly title?: string | undefined;
  readonly url?: string | undefined;
  readonly source?: string | undefined;
  readonly text: string;
  readonly score: number;
  readonly start: number;
  readonly end: number;
}

/** What tools need of the tenant's documents. Handed in by the Worker. */
export interface ToolKnowledge {
  /** Cuts a text as the tenant's documents are cut, or into pieces of at most so many tokens without overlap. */
  cut(text: string, maxTokens?: number): readonly TextPiece[];
  /** Best first. */
  findPassages(tenantId: TenantId, query: PassageQuery, context: CallContext): Promise<readonly FoundPassage[]>;
  /** Stores documents or replaces them. Errors: `invalid_request`, `conflict`, those of the model client. */
  storeDocuments(
    tenantId: TenantId,
    documents: readonly ToolDocument[],
    context: CallContext,
  ): Promise<readonly StoredDocument[]>;
}
