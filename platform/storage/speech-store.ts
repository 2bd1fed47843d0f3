import type { TenantId } from "#tenancy/tenant-id";

/** What is known of a speech job from its beginning on. */
export interface SpeechJob {
  /** Who has asked for it, and may have its audio. */
  readonly principalId: string;
  readonly format: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAtMs: number;
}

/** One part of a job's audio, from 0. */
export interface SpeechPartName {
  readonly jobId: string;
  readonly part: number;
}

/** Speech jobs and what they have said so far. Nothing is changed once it is written; all of a job goes after some hours. */
export interface SpeechStore {
  putJob(tenantId: TenantId, jobId: string, job: SpeechJob): Promise<void>;
  /** `undefined`: there never was one, or it is gone. */
  getJob(tenantId: TenantId, jobId: string): Promise<SpeechJob | undefined>;
  putPart(tenantId: TenantId, name: SpeechPartName, audio: ArrayBuffer): Promise<void>;
  getPart(tenantId: TenantId, name: SpeechPartName): Promise<ArrayBuffer | undefined>;
}
