import { PlatformError } from "#base/errors";
import type { RagCall, RagServices } from "#rag/rag-services";
import { maskPrivate } from "#rag/safety/mask-private";
import type { TenantId } from "#tenancy/tenant-id";

/** Texts handed to the model client at once; it divides them further into what the provider takes. */
export const MAX_TEXTS_PER_EMBEDDING = 256;

/**
 * One vector per text, in order, each as long as the index wants. What is private in a text is painted over before. At most `MAX_TEXTS_PER_EMBEDDING` texts.
 * Errors: those of the model client; `internal` when model and index do not fit, which only the tenant's operator can mend.
 */
export async function embedTexts(
  tenantId: TenantId,
  services: Pick<RagServices, "models">,
  texts: readonly string[],
  { settings, context }: RagCall,
): Promise<readonly (readonly number[])[]> {
  const request = { model: settings.embeddingModel, texts: texts.map((text) => maskPrivate(text, settings)) };
  const { vectors } = await services.models.embed(tenantId, request, context);
  const isFitting = vectors.length === texts.length && vectors.every(({ length }) => length === settings.dimensions);
  if (isFitting) return vectors;
  throw new PlatformError(
    "internal",
    "The embedding model does not fit the tenant's index. The operator has to correct the configuration.",
    {
      cause: new RangeError(
        `${settings.embeddingModel} gave ${vectors.length} vectors of ${vectors[0]?.length ?? 0} for ${texts.length} texts; vectorize.dimensions is ${settings.dimensions}`,
      ),
    },
  );
}
