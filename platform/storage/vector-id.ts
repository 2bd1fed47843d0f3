import { sha256Hex } from "#base/digest";
import { defect } from "#base/errors";
import type { TenantId } from "#tenancy/tenant-id";

/** Hex digits of an id that tell the tenant. */
const TENANT_TAG_LENGTH = 16;
/** Hex digits of an id that tell the rest: with tag and separator, 57 of the 64 bytes Vectorize allows. */
const CONTENT_TAG_LENGTH = 40;

/** What a vector stands for. The same parts give the same id, so a repeated ingest overwrites itself. */
export interface VectorIdParts {
  readonly docId: string;
  readonly version: number;
  readonly index: number;
  /** SHA-256 of the embedded text, so that two concurrent writers of a version never share an id for different text. */
  readonly embeddingHash: string;
}

/** `<tenant tag>-<digest>`: 57 characters of `[0-9a-f-]`. The tag lets a store see whose a vector is from its id alone. */
export async function makeVectorId(tenantId: TenantId, parts: VectorIdParts): Promise<string> {
  const { docId, version, index, embeddingHash } = parts;
  const digest = await sha256Hex(JSON.stringify([tenantId, docId, version, index, embeddingHash]));
  return `${await tenantTag(tenantId)}-${digest.slice(0, CONTENT_TAG_LENGTH)}`;
}

/** The first part of every vector id of a tenant. */
export async function tenantTag(tenantId: TenantId): Promise<string> {
  return (await sha256Hex(JSON.stringify([tenantId]))).slice(0, TENANT_TAG_LENGTH);
}

/** Whether an id carries a tenant's tag. */
export function hasTenantTag(vectorId: string, tag: string): boolean {
  return vectorId.startsWith(`${tag}-`);
}

/** Refuses ids of another tenant before they reach a store that would act on them. */
export function assertTenantTag(vectorIds: Iterable<string>, tag: string): void {
  for (const vectorId of vectorIds) {
    if (!hasTenantTag(vectorId, tag)) {
      throw defect(`vector ${vectorId} belongs to another tenant`);
    }
  }
}
