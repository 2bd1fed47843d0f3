import { bindingKind } from "./binding/binding.js";
import { envKind } from "./env/env.js";
import { initKind } from "./init/init.js";
import type { Kind } from "./kind.js";
import { ragModuleKind } from "./rag-module/rag-module.js";
import { tenantKind } from "./tenant/tenant.js";
import { toolKind } from "./tool/tool.js";
import { ttsProviderKind } from "./tts-provider/tts-provider.js";
import { workerKind } from "./worker/worker.js";

/** Everything that can be made, in the order of the help. */
export const KINDS: readonly Kind[] = [
  tenantKind,
  envKind,
  workerKind,
  ragModuleKind,
  toolKind,
  bindingKind,
  ttsProviderKind,
  initKind,
];
