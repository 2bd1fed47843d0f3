import type * as z from "#base/zod";

import { defect } from "#base/errors";
import type { ToolContext } from "#llm-tools/tool-context";
import { type Scope } from "#tenancy/scopes";
import type { TenantId } from "#tenancy/tenant-id";
import { TOOL_NAME_PATTERN } from "#tenancy/tool-name";

/** `writes`: something of the tenant's is not as it was before. A model that asks for such a tool needs a person's approval. */
export type ToolEffect = "reads" | "writes";

/** What an author of a tool writes down. */
export interface ToolSpec<Input extends z.ZodMiniObject, Output extends z.ZodMiniObject> {
  /** `^[a-z][a-z0-9_]*$`, also its scope: `tools:<name>`. */
  readonly name: string;
  /** For models and people: what it does, and when to use it. */
  readonly description: string;
  /** A `z.strictObject`, every text and list in it bounded: what comes here was checked by it and by nothing else. */
  readonly input: Input;
  readonly output: Output;
  readonly effect: ToolEffect;
  /** Scopes besides `tools` or `tools:<name>` that a caller needs, e.g. `search` for a tool that reads documents. */
  readonly scopes: readonly Scope[];
  /** Most time of one run, milliseconds. A call may ask for less. */
  readonly timeoutMs: number;
  /** Whether the result holds stored text, which anybody may have written. */
  readonly returnsStoredText: boolean;
  /**
   * Does the work. Hands `context.signal` to whatever waits. Fails with `PlatformError` `tool_failed` and a reason for the
   * caller; anything else that is no `PlatformError` is a defect and reaches nobody.
   */
  readonly run: (
    tenantId: TenantId,
    input: z.output<Input>,
    context: ToolContext,
  ) => Promise<z.input<Output>> | z.input<Output>;
}

/** A tool as the dispatcher sees it: whatever goes in and comes out is unknown until its schemas have let it through. */
export interface Tool extends Omit<ToolSpec<z.ZodMiniObject, z.ZodMiniObject>, "run"> {
  /** `input` is what `this.input` let through. */
  readonly run: (tenantId: TenantId, input: Readonly<Record<string, unknown>>, context: ToolContext) => unknown;
}

/**
 * Makes a tool of its spec.
 * @throws a defect for a spec that breaks the contract: a tool that cannot be called is found when the Worker starts.
 */
export function defineTool<Input extends z.ZodMiniObject, Output extends z.ZodMiniObject>(
  spec: ToolSpec<Input, Output>,
): Tool {
  if (!TOOL_NAME_PATTERN.test(spec.name)) throw defect(`"${spec.name}" cannot be a tool's name`);
  const acceptsUnknownKeys = spec.input.safeParse({ "\0": 1 }).error?.issues.every(isNoComplaintOfKeys) ?? true;
  if (acceptsUnknownKeys) throw defect(`the input of ${spec.name} must be a z.strictObject`);
  // What reaches `run` is what the dispatcher parsed with this very schema.
  return spec as unknown as Tool;
}

function isNoComplaintOfKeys({ code }: z.core.$ZodIssue): boolean {
  return code !== "unrecognized_keys";
}
