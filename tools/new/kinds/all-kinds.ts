import type { Kind } from "./kind.js";
import { tenantKind } from "./tenant/tenant.js";

/** Everything that can be made, in the order of the help. */
export const KINDS: readonly Kind[] = [tenantKind];
